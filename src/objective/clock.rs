//! A stopwatch that can be held while the lab looks at a run.

use std::cell::Cell;
use std::time::{Duration, Instant};

/// Counts the time of the solver alone.
#[derive(Debug)]
pub struct Clock {
    before: Cell<Duration>,
    running_since: Cell<Option<Instant>>,
}

impl Clock {
    /// A clock that runs from now on, with so many seconds on it.
    pub fn start(seconds: f64) -> Self {
        let before = Duration::try_from_secs_f64(seconds).unwrap_or_default();
        Self { before: Cell::new(before), running_since: Cell::new(Some(Instant::now())) }
    }

    /// Stands still while `work` is done.
    pub fn held<T>(&self, work: impl FnOnce() -> T) -> T {
        self.before.set(self.elapsed());
        self.running_since.set(None);
        let result = work();
        self.running_since.set(Some(Instant::now()));
        result
    }

    /// Seconds counted so far.
    pub fn seconds(&self) -> f64 {
        self.elapsed().as_secs_f64()
    }

    fn elapsed(&self) -> Duration {
        self.before.get() + self.running_since.get().map_or(Duration::ZERO, |t| t.elapsed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn held_time_does_not_count() {
        let clock = Clock::start(0.0);
        clock.held(|| std::thread::sleep(Duration::from_millis(500)));
        assert!(clock.seconds() < 0.4);
        std::thread::sleep(Duration::from_millis(5));
        assert!(clock.seconds() >= 0.005);
    }
}
