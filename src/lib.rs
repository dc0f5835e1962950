#![doc = include_str!("../README.md")]
#![forbid(unsafe_op_in_unsafe_fn)]
#![deny(unsafe_code)]
#![warn(missing_docs)]

pub mod cluster;
pub mod data;
pub mod error;
pub mod lab;
pub mod landscape;
pub mod model;
pub mod numerics;
pub mod objective;
pub mod report;
pub mod solver;

pub use error::{Error, Result};
