//! Ctrl-C, and other signals to end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::console::Console;
use super::failure::{Failure, INTERRUPTED};

/// A process by itself: the first Ctrl-C sets the flag, the second ends the process.
pub fn listen(console: Console) -> Result<Arc<AtomicBool>, Failure> {
    let interrupt = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&interrupt);
    on_signal(move || {
        if flag.swap(true, Ordering::Relaxed) {
            std::process::exit(i32::from(INTERRUPTED));
        }
        console
            .warn("\nstopping", " and writing what there is; press Ctrl-C again to quit at once");
    })?;
    Ok(interrupt)
}

/// Calls this on every signal to end.
pub fn on_signal(handler: impl FnMut() + Send + 'static) -> Result<(), Failure> {
    ctrlc::set_handler(handler)
        .map_err(|error| Failure::run(format!("could not listen to Ctrl-C: {error}")))
}
