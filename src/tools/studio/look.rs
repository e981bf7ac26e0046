//! The studio's own looks: scenes that any product can stand in.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::scene::Scene;

/// A scene with a name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Look {
    /// What a program calls it.
    pub id: String,
    /// What a person reads.
    pub name: String,
    /// Its picture.
    pub scene: Scene,
}

/// All of them, as they are shown.
#[must_use]
pub fn looks() -> &'static [Look] {
    static LOOKS: LazyLock<Vec<Look>> = LazyLock::new(|| {
        // In the program, and read by a test.
        serde_json::from_str(include_str!("looks.json")).expect("looks.json holds looks")
    });
    &LOOKS
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_look_is_a_scene_of_one_product() {
        let mut ids = HashSet::new();
        for look in looks() {
            assert!(ids.insert(&look.id), "{} is there twice", look.id);
            look.scene.check().unwrap();
            assert_eq!(look.scene.layers.len(), 1, "{}", look.id);
        }
    }
}
