//! The chunks of a RIFF file, which is what WebP is.

/// Chunks one after another, each with its kind; what the last lacks of its length is left out.
pub(super) fn chunks(mut bytes: &[u8]) -> impl Iterator<Item = (&[u8; 4], &[u8])> {
    std::iter::from_fn(move || {
        let (kind, rest) = bytes.split_first_chunk::<4>()?;
        let (length, rest) = rest.split_first_chunk::<4>()?;
        let length = u32::from_le_bytes(*length) as usize;
        // Each starts at an even place.
        bytes = rest.get(length.saturating_add(length % 2)..).unwrap_or_default();
        Some((kind, &rest[..length.min(rest.len())]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_lengths_are_padded_and_a_cut_chunk_is_as_long_as_it_is() {
        let file = b"ABCD\x03\0\0\0xyz\0EFGH\x02\0\0\0pqIJKL\xff\xff\xff\xffr";
        let found: Vec<(&[u8; 4], &[u8])> = chunks(file).collect();
        assert_eq!(found, [(b"ABCD", &b"xyz"[..]), (b"EFGH", b"pq"), (b"IJKL", b"r")]);
        assert_eq!(chunks(b"ABCD\x03\0\0").count(), 0);
    }
}
