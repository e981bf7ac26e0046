//! Large buffers, asked for so that a refusal is an answer and not the end of the program.

use super::Error;

/// A buffer of zeros, or the error that says how much could not be had.
pub(super) fn zeroed(bytes: u64) -> Result<Vec<u8>, Error> {
    let refused = Error::OutOfMemory { bytes };
    let Ok(length) = usize::try_from(bytes) else { return Err(refused) };
    let mut buffer = Vec::new();
    if buffer.try_reserve_exact(length).is_err() {
        return Err(refused);
    }
    buffer.resize(length, 0);
    Ok(buffer)
}

/// A copy of a buffer, or the error that says how much could not be had.
pub(super) fn copied(buffer: &[u8]) -> Result<Vec<u8>, Error> {
    let mut copy = Vec::new();
    if copy.try_reserve_exact(buffer.len()).is_err() {
        return Err(Error::OutOfMemory { bytes: buffer.len() as u64 });
    }
    copy.extend_from_slice(buffer);
    Ok(copy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_how_much() {
        let bytes = u64::MAX / 4;
        assert_eq!(zeroed(bytes), Err(Error::OutOfMemory { bytes }));
        assert_eq!(zeroed(3), Ok(vec![0; 3]));
    }
}
