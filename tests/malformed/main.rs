//! Input that is malformed in hundreds of ways, drawn from a seed: each ends with an error
//! that names the place, none with a panic, none hangs, none leaves a file behind.
//!
//! `LOSSLAB_MALFORMED_SEEDS=50` draws fifty times as many, from other seeds, and
//! `LOSSLAB_MALFORMED_SHOW=1` with `--nocapture` shows what is said of each.

mod binary;
mod checkpoints;
mod data;
mod draw;
mod results;
mod specifications;
mod weights;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use losslab::Error;
use losslab::numerics::Seed;

use draw::Draw;

/// A case that takes longer hangs.
const DEADLINE: Duration = Duration::from_secs(60);
/// Draws for one malformed input at most: a change may leave the input valid.
const DRAWS_MAX: u64 = 40;
/// Bytes of a message that a person can still read.
const MESSAGE_MAX: usize = 4000;

/// What reads the files of a case in its folder.
type Read = Box<dyn FnOnce(&Path) -> losslab::Result<()> + Send>;

/// One input, most likely malformed.
pub struct Case {
    /// How it was made.
    pub what: String,
    /// Names and contents.
    pub files: Vec<(&'static str, Vec<u8>)>,
    /// What reads them.
    pub read: Read,
    /// The defect in an error's message, where one is missing.
    pub check: fn(&Error) -> Option<&'static str>,
}

/// A kind of input, how many malformed ones a seed gives, and what draws one.
type Family = (&'static str, u64, fn(&mut Draw) -> Case);

/// 240 in all. What reads a file of another kind adds a line here.
const FAMILIES: [Family; 7] = [
    ("specification", 70, specifications::draw),
    ("table", 35, data::draw_table),
    ("arrays", 25, data::draw_arrays),
    ("images", 15, data::draw_images),
    ("weights", 35, weights::draw),
    ("checkpoint", 20, checkpoints::draw),
    ("results", 40, results::draw),
];

/// How a case ended.
enum End {
    Accepted,
    Refused(String),
    Wrong(String),
}

/// Every file at or below a folder, with its contents.
pub fn listing(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap()) {
        let path = entry.path();
        match path.is_dir() {
            true => found.extend(listing(&path)),
            false => _ = found.insert(path.display().to_string(), std::fs::read(&path).unwrap()),
        }
    }
    found
}

fn run(case: Case, folder: &Path) -> End {
    for (name, bytes) in &case.files {
        std::fs::write(folder.join(name), bytes).unwrap();
    }
    let before = listing(folder);
    let (send, receive) = mpsc::channel();
    let (read, place) = (case.read, folder.to_path_buf());
    std::thread::spawn(move || {
        // Nobody waits any more where this fails.
        _ = send.send(catch_unwind(AssertUnwindSafe(|| read(&place))));
    });
    let result = match receive.recv_timeout(DEADLINE) {
        Ok(Ok(result)) => result,
        Ok(Err(_)) => return End::Wrong("it panicked".into()),
        Err(_) => return End::Wrong("it hangs".into()),
    };
    if listing(folder) != before {
        return End::Wrong("files were left or changed".into());
    }
    match result {
        Ok(()) => End::Accepted,
        Err(error) => {
            let message = error.to_string();
            match (case.check)(&error) {
                Some(defect) => End::Wrong(format!("{defect}: {message:.500}")),
                None if message.len() > MESSAGE_MAX => {
                    End::Wrong(format!("a message of {} bytes: {message:.300}", message.len()))
                }
                None => End::Refused(message),
            }
        }
    }
}

#[test]
fn every_malformed_input_is_refused_by_name() {
    let seeds = std::env::var("LOSSLAB_MALFORMED_SEEDS").ok().and_then(|text| text.parse().ok());
    let (mut refused, mut accepted, mut wrong) = (0, 0, Vec::new());
    let show = std::env::var_os("LOSSLAB_MALFORMED_SHOW").is_some();
    for seed in 0..seeds.unwrap_or(1) {
        for (family, count, draw_one) in FAMILIES {
            let stream = Seed::new(seed).child(family);
            for number in 0..count {
                let mut found = false;
                for attempt in 0..DRAWS_MAX {
                    let place = stream.numbered(number).numbered(attempt);
                    let case = draw_one(&mut Draw::new(place));
                    let what = format!("{family} {seed}.{number}.{attempt}: {}", case.what);
                    let folder = tempfile::tempdir().unwrap();
                    found = match run(case, folder.path()) {
                        End::Accepted => {
                            accepted += 1;
                            continue;
                        }
                        End::Refused(message) => {
                            if show {
                                println!("{what:.200}\n    {message}");
                            }
                            refused += 1;
                            true
                        }
                        End::Wrong(defect) => {
                            wrong.push(format!("{what:.300}: {defect}"));
                            true
                        }
                    };
                    break;
                }
                assert!(found, "{family} {seed}.{number}: nothing malformed was drawn");
            }
        }
    }
    println!("{refused} refused, {accepted} still valid, {} wrong", wrong.len());
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(refused >= 240, "{refused}");
}
