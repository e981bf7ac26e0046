//! One file for each tool a seller or shopper uses.

pub mod colour;
pub mod remove;
pub mod studio;
pub mod try_on;

use crate::{gpu, nn, photo};

/// Why a tool gave no result, by whose fault it is. Each message names the thing, the limit and the remedy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The photo's.
    #[error(transparent)]
    Photo(#[from] photo::Error),
    /// The model's.
    #[error(transparent)]
    Model(nn::Error),
    /// The device's: try again on the processor.
    #[error(transparent)]
    Device(gpu::Error),
    /// The caller's: a quality was asked for and its network is not loaded.
    #[error("the network for the {0} quality is not loaded: add it first")]
    NoNetwork(remove::Quality),
    /// The product's or the person's picture, or a number of the caller's.
    #[error(transparent)]
    TryOn(#[from] try_on::Error),
    /// Nobody's: the caller asked to stop.
    #[error("the work was cancelled")]
    Cancelled,
}

impl From<nn::Error> for Error {
    fn from(error: nn::Error) -> Self {
        match error {
            nn::Error::Cancelled => Self::Cancelled,
            nn::Error::Device(error) => Self::Device(error),
            error => Self::Model(error),
        }
    }
}

impl From<gpu::Error> for Error {
    fn from(error: gpu::Error) -> Self {
        Self::Device(error)
    }
}
