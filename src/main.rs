//! The losslab command.
fn main() {}
