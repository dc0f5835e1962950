//! Everything written for people and programs: records, tables, figures.
//!
//! No layer below writes a file format. What is drawn or tabulated over passes
//! comes from the deterministic records alone; times go into files of their own.

mod aggregate;
mod along;
mod anchors;
mod atomic;
mod bench;
mod best;
mod caution;
mod chart;
mod checkpoint;
mod comparison;
mod connect;
mod details;
mod doctor;
mod duration;
mod eval;
mod format;
mod journal;
mod landscape;
mod learning_rates;
mod line_chart;
mod npz;
mod page;
mod pictures;
mod read;
mod records;
mod run_journal;
mod runs_csv;
mod scaling;
mod spectrum;
mod spread;
mod statistics_text;
mod summary;
mod table;
#[cfg(test)]
mod test_support;
mod text_table;
mod tune;
mod verdict;
mod verify;
mod weights;

pub use along::write_along;
pub use anchors::{anchors_json, anchors_table};
pub use atomic::atomic_write;
pub use bench::{bench_json, bench_table};
pub use checkpoint::{read_checkpoint, write_checkpoint};
pub use comparison::{WrittenFiles, redraw_comparison, write_comparison, write_training_charts};
pub use connect::{connection_json, connection_text, write_connection};
pub use details::{environment_text, problem_text, run_text};
pub use doctor::{CHECK_MARKS, check_folder, check_picture, doctor_json, doctor_text};
pub use duration::duration_text;
pub use eval::{eval_arrays, eval_json};
pub use landscape::{KeepInFolder, LossScale, landscape_json, landscape_text, write_landscape};
pub use line_chart::{
    ChartAxis, LineChart, LineColor, LinePanel, LineSeries, LineStroke, write_line_charts,
};
pub use npz::{ArrayValues, NamedArray, npz_bytes, write_npz};
pub use page::{write_own_page, write_page};
pub use read::read_comparison;
pub use records::{environment_json, record_lines, run_json, write_environment};
pub use run_journal::RunJournal;
pub use runs_csv::runs_csv;
pub use scaling::{scaling_json, scaling_table};
pub use spectrum::{spectrum_json, spectrum_text, write_spectrum};
pub use summary::summary_markdown;
pub use table::{styled_terminal_table, terminal_table};
pub use text_table::paragraphs;
pub use tune::{tuning_json, tuning_text, write_tuning};
pub use verify::{
    Difference, LOSS_TOLERANCE, Rule, START_TOLERANCE, Verification, verification_json,
    verify_comparison,
};
pub use weights::write_weights;

#[cfg(test)]
mod tests;
