//! One file for each tool a seller or shopper uses.
