//! WGSL without what only its reader needs: nobody reads it in a browser, and every visitor fetches it.

/// The text of a WGSL file beside the caller's, without comments, indentation and empty lines.
macro_rules! wgsl {
    ($file:literal) => {{
        const TEXT: &[u8] = include_str!($file).as_bytes();
        const BYTES: [u8; $crate::gpu::wgsl::bare::<0>(TEXT).1] = $crate::gpu::wgsl::bare(TEXT).0;
        match std::str::from_utf8(&BYTES) {
            Ok(text) => text,
            Err(_) => panic!("only whole characters were left out"),
        }
    }};
}
pub(crate) use wgsl;

/// The first `N` bytes of the text without `//` comments, spaces around lines, and empty lines; and how many there are in
/// all. WGSL has no strings for a comment's mark to be in; its `/* */` are not looked for.
pub(crate) const fn bare<const N: usize>(text: &[u8]) -> ([u8; N], usize) {
    let mut kept = [0; N];
    let mut length = 0;
    let mut at = 0;
    while at < text.len() {
        while at < text.len() && matches!(text[at], b' ' | b'\n') {
            at += 1;
        }
        let begin = at;
        let mut end = at;
        while at < text.len() && text[at] != b'\n' && !is_comment(text, at) {
            if text[at] != b' ' {
                end = at + 1;
            }
            at += 1;
        }
        while at < text.len() && text[at] != b'\n' {
            at += 1;
        }
        let mut from = begin;
        while from <= end && begin < end {
            if length < N {
                kept[length] = if from < end { text[from] } else { b'\n' };
            }
            length += 1;
            from += 1;
        }
    }
    (kept, length)
}

const fn is_comment(text: &[u8], at: usize) -> bool {
    text[at] == b'/' && at + 1 < text.len() && text[at + 1] == b'/'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_indentation_go_and_the_rest_stays() {
        const TEXT: &[u8] =
            "// Größe\n\n  fn f(x: f32) -> f32 {  // half\n    return x / 2.0;\n  }\n//".as_bytes();
        const LENGTH: usize = bare::<0>(TEXT).1;
        let (kept, length) = bare::<LENGTH>(TEXT);
        assert_eq!(length, LENGTH);
        assert_eq!(kept.as_slice(), b"fn f(x: f32) -> f32 {\nreturn x / 2.0;\n}\n");
    }
}
