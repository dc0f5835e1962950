//! Everything written for people and programs: records, tables, figures.

mod standin;

pub use standin::*;
