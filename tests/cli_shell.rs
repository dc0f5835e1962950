//! Completions, and manual pages.

use std::path::Path;
use std::process::{Command, Stdio};

fn losslab(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_losslab"));
    command.args(arguments).stdin(Stdio::null());
    command
}

/// Whether a program is there.
fn is_there(program: &str) -> bool {
    let found = Command::new(program).arg("--version").output();
    found.is_ok_and(|output| output.status.success())
}

fn script(shell: &str, folder: &Path) -> std::path::PathBuf {
    let output = losslab(&["completions", shell]).output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{shell}");
    assert!(output.stdout.len() > 1000, "{shell}");
    let path = folder.join(shell);
    std::fs::write(&path, output.stdout).unwrap();
    path
}

#[test]
fn shells_accept_their_scripts() {
    let folder = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let path = script(shell, folder.path());
        if ["bash", "zsh", "fish"].contains(&shell) && is_there(shell) {
            let output = Command::new(shell).arg("-n").arg(path).output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
    }
}

#[test]
fn bash_completes_commands_flags_choices_and_names() {
    if !is_there("bash") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = script("bash", folder.path());
    let complete = |line: &str| {
        let words: Vec<&str> = line.split(' ').collect();
        let (last, before) = (words[words.len() - 1], words[words.len() - 2]);
        let quoted: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
        let program = format!(
            "source '{}'; compopt() {{ :; }}; COMP_WORDS=({}); COMP_CWORD={}; \
             _losslab losslab '{last}' '{before}'; printf '%s\\n' \"${{COMPREPLY[@]}}\"",
            path.display(),
            quoted.join(" "),
            words.len() - 1,
        );
        let output = Command::new("bash").args(["-c", &program]).output().unwrap();
        assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).unwrap();
        text.split_whitespace().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(complete("losslab comp"), ["compare", "completions"]);
    assert_eq!(complete("losslab compare --bud"), ["--budget"]);
    assert_eq!(complete("losslab compare --activation s"), ["sigmoid", "softplus", "silu", "sin"]);
    assert_eq!(complete("losslab train -p digits-"), ["digits-conv", "digits-recurrent"]);
    assert_eq!(complete("losslab train --solver argmin-l"), ["argmin-lbfgs"]);
    assert_eq!(complete("losslab list s"), ["solvers"]);
    // Settings are no names, and their errors are those of the program.
    let refused = losslab(&["train", "-s", "cg:bta=1"]).output().unwrap();
    assert!(String::from_utf8_lossy(&refused.stderr).contains("did you mean 'beta'?"));
}

#[test]
fn every_command_has_a_page_that_renders() {
    let folder = tempfile::tempdir().unwrap();
    let pages = folder.path().join("man1");
    let output = losslab(&["man", pages.to_str().unwrap()]).output().unwrap();
    assert!(output.status.success() && output.stdout.is_empty());
    let mut names: Vec<String> = std::fs::read_dir(&pages)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let help = losslab(&["--help"]).output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let (_, rest) = help.split_once("Commands:\n").unwrap();
    let commands = rest.lines().take_while(|line| !line.is_empty());
    let commands = commands.filter(|line| !line.starts_with("   "));
    let mut expected: Vec<String> = commands
        .map(|line| format!("losslab-{}.1", line.split_whitespace().next().unwrap()))
        .chain(["losslab.1".to_owned()])
        .collect();
    expected.sort();
    assert_eq!(names, expected);
    for name in names.iter().filter(|_| is_there("groff")) {
        let mut groff = Command::new("groff");
        let output = groff
            .args(["-man", "-Kutf8", "-Tutf8", "-P-cbou", "-ww"])
            .arg(pages.join(name))
            .output()
            .unwrap();
        assert!(output.stderr.is_empty(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(text.contains("SYNOPSIS"), "{name}: {text}");
        assert!(text.contains("EXIT STATUS") && text.contains("losslab"), "{name}: {text}");
    }
}
