//! Runs a program as a user would.

use std::process::Command;

/// What the program printed, after checking that it ended well.
pub(crate) fn output_of(program: &str) -> String {
    output_with(program, &[])
}

/// The same with arguments.
pub(crate) fn output_with(program: &str, arguments: &[&str]) -> String {
    // Whoever runs the tests may have a cluster, which is not to be touched.
    output_of_command(Command::new(program).args(arguments).env_remove("KUBECONFIG"))
}

/// The same of a command that is ready to run.
pub(crate) fn output_of_command(command: &mut Command) -> String {
    let output = command.output().expect("the program starts");
    assert!(output.status.success(), "{command:?} failed: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("programs print UTF-8")
}
