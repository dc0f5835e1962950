//! Checkpoints of training runs.

use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::AtomicBool;

use losslab::Error;
use losslab::lab::{Breaks, Checkpoint, ExperimentSpec, train};
use losslab::report::{read_checkpoint, write_checkpoint};
use sha2::{Digest, Sha256};

use super::{Case, Draw};

const FILE: &str = "checkpoint.losslab";
/// What a checkpoint begins with, its hash included.
const HEADER: usize = "losslab checkpoint 1\n".len() + 32;
const SOLVERS: [&str; 4] = ["lbfgs", "gd", "adam", "trust-region"];

fn spec(solver: &str) -> ExperimentSpec {
    let mut spec = ExperimentSpec::named("checkpoint", &["iris"], &[solver]).unwrap();
    (spec.budget, spec.iterations, spec.seeds) = (30.0, Some(8), vec![0]);
    spec
}

/// A checkpoint of each solver in the middle of its run.
fn written() -> &'static [Vec<u8>] {
    static WRITTEN: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    WRITTEN.get_or_init(|| SOLVERS.iter().map(|solver| checkpoint(solver)).collect())
}

fn checkpoint(solver: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE);
    let mut taken = 0;
    let mut take = |checkpoint: &Checkpoint| {
        taken += 1;
        if taken <= 4 {
            write_checkpoint(&path, checkpoint).unwrap();
        }
    };
    let breaks = Breaks { checkpoint: Some((1, &mut take)), resume: None };
    train(&spec(solver), &AtomicBool::new(false), &mut |_| {}, breaks).unwrap();
    std::fs::read(&path).unwrap()
}

/// The checkpoint, changed, now and then with a hash that fits; or another run's.
pub fn draw(draw: &mut Draw) -> Case {
    let which = draw.below(SOLVERS.len());
    let mut bytes = written()[which].clone();
    let mut resumed = SOLVERS[which];
    let what = match draw.below(8) {
        0 => {
            resumed = SOLVERS[(which + 1) % SOLVERS.len()];
            format!("resumed with {resumed}")
        }
        1..=3 => {
            let region = if draw.below(2) == 0 { 80 } else { bytes.len() };
            draw.change_bytes(&mut bytes, region)
        }
        _ => {
            let mut body = bytes.split_off(HEADER);
            let region = if draw.below(2) == 0 { 1200 } else { body.len() };
            let what = draw.change_bytes(&mut body, region);
            bytes.truncate(HEADER - 32);
            bytes.extend(Sha256::digest(&body));
            bytes.extend(body);
            format!("with a hash that fits: {what}")
        }
    };
    let read = move |folder: &Path| {
        let resume = Some(read_checkpoint(&folder.join(FILE))?);
        let breaks = Breaks { checkpoint: None, resume };
        train(&spec(resumed), &AtomicBool::new(false), &mut |_| {}, breaks).map(|_| ())
    };
    let what = format!("{}: {what}", SOLVERS[which]);
    Case { what, files: vec![(FILE, bytes)], read: Box::new(read), check }
}

fn check(error: &Error) -> Option<&'static str> {
    (!error.to_string().contains(FILE)).then_some("no file is named")
}
