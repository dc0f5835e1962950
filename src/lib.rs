//! Which optimiser should train this network on this data, and why?
//!
//! losslab makes the loss of a neural network an [argmin](https://argmin-rs.org) problem, with
//! exact gradients and products with second derivatives, lets many methods minimise it from the
//! same start, charges every forward and backward pass to the method that asked for it, and
//! draws the runs as charts. Around a solution it measures the loss landscape: planes, paths,
//! curvature, sharpness, connections to other solutions. All of this is the library; the command
//! `losslab` reads arguments and calls it.
//!
//! # Train a network on your own table
//!
//! ```
//! # let folder = tempfile::tempdir()?;
//! # let houses = folder.path().join("houses.csv");
//! # let row = |i: u32| format!("{i},{},{}\n", i % 7, 3 * i + (i % 7) * (i % 7));
//! # std::fs::write(&houses, format!("area,rooms,price\n{}", (0..60).map(row).collect::<String>()))?;
//! # let as_usual = std::env::current_dir()?;
//! # std::env::set_current_dir(&folder)?;
//! use losslab::data::DataSource;
//! use losslab::lab::{Breaks, ExperimentSpec, ProblemSpec, train};
//! use losslab::solver::SolverSpec;
//!
//! let houses = DataSource::file("houses.csv", "price");
//! let problem = ProblemSpec { hidden: vec![16], ..ProblemSpec::new("houses", houses) };
//! let spec = ExperimentSpec::new("houses", vec![problem], vec![SolverSpec::parse("lbfgs")?]);
//! let found = train(&spec, &false.into(), &mut |_| {}, Breaks::default())?;
//! println!("{:?} after {} passes", found.run.record.status, found.run.record.passes);
//! println!("root mean squared error of held-out rows: {:?}", found.run.record.test_metric);
//! # std::env::set_current_dir(as_usual)?;
//! # assert!(found.run.record.loss.is_some_and(|loss| loss < 0.01));
//! # assert!(found.run.record.test_metric.is_some());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Text columns become categories, rows are split and standardised, and the loss follows from
//! the target: see [`data::read_csv`]. [`Trained`](lab::Trained) has the network and its
//! parameters, [`model::to_safetensors`] makes a file of them.
//!
//! # Compare your own solver
//!
//! Whatever implements argmin's `Solver` takes part, under the same ledger, budget and stopping
//! rules as the methods of the crate:
//!
//! ```
//! use argmin::core::{Error, Gradient, KV, Problem, Solver};
//! use losslab::lab::{ExperimentSpec, Lineup};
//! use losslab::{numerics::Vector, report::terminal_table, solver::SolverState};
//!
//! struct Normalised(f64); // θ ← θ − η g / ‖g‖
//!
//! impl<O: Gradient<Param = Vector, Gradient = Vector>> Solver<O, SolverState> for Normalised {
//!     fn name(&self) -> &str {
//!         "normalised gradient descent"
//!     }
//!
//!     fn next_iter(
//!         &mut self,
//!         problem: &mut Problem<O>,
//!         mut state: SolverState,
//!     ) -> Result<(SolverState, Option<KV>), Error> {
//!         let theta = state.take_param().unwrap_or_default();
//!         let gradient = problem.gradient(&theta)?;
//!         let step = gradient.scale(self.0 / gradient.norm().max(f64::MIN_POSITIVE));
//!         Ok((state.param(theta - step), None))
//!     }
//! }
//!
//! let spec = ExperimentSpec::named("mine", &["iris"], &["gd", "lbfgs"])?;
//! let lineup = Lineup::new(spec).with_solver("normalised", || Normalised(0.05))?;
//! let comparison = lineup.compare()?;
//! println!("{}", terminal_table(&comparison, None));
//! # assert_eq!(comparison.solvers, ["gd", "lbfgs", "normalised"]);
//! # let falls = |run: &losslab::lab::Run| run.record.loss < run.record.trace.first().map(|e| e.loss);
//! # assert!(comparison.runs.iter().all(falls));
//! # Ok::<(), losslab::Error>(())
//! ```
//!
//! [`report::write_comparison`] writes records and charts, [`lab::UserObjective`] lets a function
//! of your own be minimised. In the repository, `examples/own_solver.rs` and
//! `examples/own_objective.rs` are whole programs, and `experiments/` has larger ones.
//!
//! # The modules
//!
//! Each uses those above it alone.
//!
//! | module | what is in it |
//! |---|---|
//! | [`error`] | the typed errors, which name the place and the way out |
//! | [`numerics`] | seeds, matrices, sums in a fixed order, Lanczos, traces, spectral densities |
//! | [`cluster`] | the ranks of a job on several machines |
//! | [`data`] | data sets: embedded, your own tables, arrays and images; split and standardised |
//! | [`model`] | networks, activations, losses, weights in and out |
//! | [`objective`] | what is minimised, the ledger that counts its cost, argmin's traits |
//! | [`solver`] | the methods, their settings, stopping rules, and how a run ended |
//! | [`landscape`] | lines, planes, curvature, curves between solutions, sharpness |
//! | [`lab`] | experiments: specification, runner, tuning, records, statistics |
//! | [`report`] | everything written: records, tables, charts |
//!
//! # What is guaranteed
//!
//! - A result has the same bits with any number of threads, or of processes, and when it is
//!   computed again on a processor of the same class ([`lab::environment::cpu_class`]).
//! - A run that diverges or fails is a record with a [`Status`](solver::Status), not an error.
//! - Every evaluation is counted, those within a line search too.
//!
//! # Features and versions
//!
//! `mpi` adds processes on several machines; it needs an MPI library and libclang. Nothing is on
//! by default. Rust 1.89 is the oldest that compiles this. Data sets and fonts are inside the
//! crate.
//!
//! # Further reading
//!
//! `README.md` has the commands, `docs/guide/` a course with one of them for every idea,
//! `docs/METHODS.md` the mathematics with its sources, `docs/ARCHITECTURE.md` the layers and the
//! decisions behind them, `docs/SCALING.md` what several machines bring. All are in the package.

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

/// The README's Rust is compiled and run with the tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
