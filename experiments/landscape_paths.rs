//! Where do four methods walk on one loss surface, and how much of that does a plane show?
//!
//! Gradient descent, conjugate gradient, L-BFGS and Adam train the same network from the
//! same start, on digits and on California's house prices, 300 passes each. Their paths are
//! drawn on the plane nearest to all iterates, each run counting the same, with what the
//! plane leaves out beside it. Results go to `results/landscape_paths`.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use losslab::lab::environment::Environment;
use losslab::lab::landscape::{Forget, Request, draw};
use losslab::lab::{Event, ExperimentSpec};
use losslab::report::{self, LossScale};

/// Problem, and the learning rate that gradient descent does well with there.
const PROBLEMS: [(&str, &str); 2] = [("digits", "0.5"), ("california", "0.3")];

fn main() -> losslab::Result<()> {
    let folder = Path::new("results/landscape_paths");
    let mut summary = String::from("# Four paths on one plane\n");
    for (problem, learning_rate) in PROBLEMS {
        let gd = format!("gd:label=gd,learning_rate={learning_rate}");
        let solvers = [&gd, "cg", "lbfgs", "adam:label=adam,learning_rate=0.01"];
        let mut spec = ExperimentSpec::named("landscape_paths", &[problem], &solvers)?;
        spec.seeds = vec![0];
        spec.budget = 300.0;
        let mut observe = |event: Event<'_>| {
            if let Event::RunStarted { .. } = event {
                eprintln!("{event}");
            }
        };
        let request = Request::default();
        let never = AtomicBool::new(false);
        let found = draw(&spec, &request, &never, &mut observe, &mut Forget)?;
        let landscape = found.expect("nobody interrupts");
        report::write_landscape(&folder.join(problem), &landscape, LossScale::Automatic)?;
        let environment = Environment::of_process(std::slice::from_ref(&landscape.summary));
        report::write_environment(&folder.join(problem), &environment)?;
        let text = report::landscape_text(&landscape, None);
        println!("{text}");
        summary += &format!("\n```text\n{text}\n```\n\n![{problem}]({problem}/contour.png)\n");
        summary += &format!("![{problem}]({problem}/paths.png)\n");
    }
    report::atomic_write(&folder.join("summary.md"), summary.as_bytes())?;
    eprintln!("the pictures are in {}", folder.display());
    Ok(())
}
