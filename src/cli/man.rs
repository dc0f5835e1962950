//! `losslab man`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Command, CommandFactory, ValueHint};
use clap_mangen::Man;
use losslab::report::atomic_write;

use super::arguments::Arguments;
use super::console::Console;
use super::failure::Failure;
use super::folder::Folder;

const EXAMPLES: &str = "\
Examples:
  losslab man man && man -l man/losslab.1
  losslab man ~/.local/share/man/man1

Exit code:
  0  done
  1  a file cannot be written
  2  the arguments cannot be used";

/// Write manual pages, one per command
///
/// losslab.1, losslab-compare.1 and so on, with what --help says.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, max_term_width = 80)]
pub struct ManArguments {
    /// The folder to write to
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub folder: PathBuf,
}

/// Writes the pages.
pub fn man(arguments: &ManArguments, console: Console) -> Result<ExitCode, Failure> {
    let folder = &arguments.folder;
    let claimed = Folder::claim(folder, console)?;
    let mut command = Arguments::command();
    command.build();
    let pages = command.get_subcommands().chain([&command]).map(page);
    let mut count = 0;
    for page in pages {
        let (name, text) = page.map_err(Failure::run)?;
        atomic_write(&folder.join(name), &text)?;
        count += 1;
    }
    claimed.name_written(console);
    console.tell(&format!("{count} pages are in {}", folder.display()));
    Ok(ExitCode::SUCCESS)
}

/// A command's page: the name of the file, and its text.
fn page(command: &Command) -> std::io::Result<(String, Vec<u8>)> {
    let man = Man::new(command.clone()).manual("losslab");
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    if command.has_subcommands() {
        man.render_subcommands_section(&mut page)?;
    }
    let after = command.get_after_help().map(ToString::to_string);
    page.extend(after.iter().flat_map(|text| text.split("\n\n")).flat_map(section));
    Ok((man.get_filename(), page))
}

/// A paragraph of what stands below the flags: with a heading of its own where it has one, and
/// then line by line.
fn section(paragraph: &str) -> Vec<u8> {
    let headings = [("Examples:\n", "EXAMPLES"), ("Exit code:\n", "EXIT STATUS")];
    let found = headings
        .into_iter()
        .find_map(|(start, heading)| paragraph.strip_prefix(start).map(|rest| (heading, rest)));
    match found {
        Some((heading, rest)) => {
            format!(".SH \"{heading}\"\n.nf\n{}.fi\n", escaped(rest)).into_bytes()
        }
        None => format!(".PP\n{}", escaped(paragraph)).into_bytes(),
    }
}

/// Lines in which roff sees nothing but text.
fn escaped(text: &str) -> String {
    let escape = |line: &str| {
        let line = line.replace('\\', "\\e").replace('-', "\\-").replace('\'', "\\(aq");
        // A control line begins with a dot.
        let guard = if line.starts_with('.') { "\\&" } else { "" };
        format!("{guard}{line}\n")
    };
    text.lines().map(escape).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_and_signs_are_roff() {
        let text = String::from_utf8(section("Examples:\n  losslab -p x \\\n.y 'z'")).unwrap();
        let expected = ".SH \"EXAMPLES\"\n.nf\n  losslab \\-p x \\e\n\\&.y \\(aqz\\(aq\n.fi\n";
        assert_eq!(text, expected);
        assert_eq!(section("a note"), b".PP\na note\n");
    }
}
