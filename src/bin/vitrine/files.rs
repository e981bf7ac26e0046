//! Files that are read and written.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use vitrine::photo::{self, Limits};

/// Where what comes of each photo goes. Two photos of one stem would fall on one file: that is refused before
/// anything is written, as is one that would replace one of the photos.
pub(super) fn targets(photos: &[PathBuf], folder: &Path) -> Result<Vec<PathBuf>, String> {
    let mut taken: HashMap<PathBuf, &Path> = HashMap::new();
    let mut targets = Vec::with_capacity(photos.len());
    for photo in photos {
        let stem = photo.file_stem().ok_or_else(|| format!("{} is not a file's name", photo.display()))?;
        let mut name = stem.to_owned();
        name.push(".png");
        let target = folder.join(name);
        if let Some(other) = taken.insert(target.clone(), photo) {
            return Err(format!(
                "{} and {} would both become {}: rename one, or run them into different folders",
                other.display(),
                photo.display(),
                target.display()
            ));
        }
        targets.push(target);
    }
    for photo in photos {
        if let (Ok(photo_path), Some(target)) =
            (photo.canonicalize(), targets.iter().find(|target| target.file_name() == photo.file_name()))
            && target.canonicalize().is_ok_and(|target| target == photo_path)
        {
            return Err(format!(
                "a file in {} would replace the photo {}: choose another folder",
                folder.display(),
                photo.display()
            ));
        }
    }
    Ok(targets)
}

pub(super) fn make_folder(folder: &Path, option: &str) -> Result<(), String> {
    std::fs::create_dir_all(folder).map_err(|error| {
        format!("the folder {} cannot be made ({error}): choose another {option}", folder.display())
    })
}

/// Reads a file, if its size is within the limit: a mistaken disk image should not fill the memory first.
pub(super) fn read(file: &Path) -> Result<Vec<u8>, String> {
    let unreadable = |error: std::io::Error| format!("it cannot be read ({error}): check the path");
    let length = std::fs::metadata(file).map_err(unreadable)?.len();
    let limit = Limits::PRODUCT.file_bytes;
    if length > limit {
        return Err(photo::Error::FileTooLarge { bytes: length, limit }.to_string());
    }
    std::fs::read(file).map_err(unreadable)
}
