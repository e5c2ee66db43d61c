//! Chips and switches (until the catalogue's reader is in).
/// A switch model.
#[derive(Debug, Clone)]
pub struct Platform {
    /// Its name.
    pub name: String,
}
