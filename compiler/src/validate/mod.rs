//! config_db.json against SONiC's own YANG models.
//!
//! - [`rules`]: what may be found
//! - `file`: of a file, with its places
//! - `fabric`: of all that a fabric makes, with the lines that asked for it
//!
//! libyang is C, so all but the rules is built with the feature `yang` only.

#[cfg(feature = "yang")]
pub mod fabric;
#[cfg(feature = "yang")]
pub mod file;
pub mod rules;

pub use rules::RULES;
