//! What JavaScript can call: translation and nothing else.
