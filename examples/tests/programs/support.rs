//! Runs a program as a user would.

use std::{
    io::{BufRead as _, BufReader, Lines},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
};

/// The program of this name, from beside those that the compiler names.
pub(crate) fn program(name: &str) -> String {
    let beside = Path::new(env!("CARGO_BIN_EXE_config")).with_file_name(name);
    beside.to_str().expect("a path in UTF-8").to_owned() + std::env::consts::EXE_SUFFIX
}

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

/// A program that looks on: read as it prints, and ended as its user ends it.
pub(crate) struct Running {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Running {
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the program starts");
        let lines = BufReader::new(child.stdout.take().expect("its output is read here")).lines();
        Self { child, lines }
    }

    /// What it prints up to and with the first line that contains the text; waits for that.
    pub(crate) fn until(&mut self, text: &str) -> String {
        let mut said = String::new();
        for line in &mut self.lines {
            let line = line.expect("programs print UTF-8");
            said += &line;
            said.push('\n');
            if line.contains(text) {
                return said;
            }
        }
        panic!("the program ended without saying {text:?}; it said:\n{said}")
    }

    /// Presses Ctrl-C; gives what it prints after that, having checked that it ended well.
    #[cfg(unix)]
    pub(crate) fn interrupt(mut self) -> String {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &pid]).status().expect("there is `kill`").success());
        let rest: Vec<_> = self.lines.by_ref().map(|line| line.expect("programs print UTF-8")).collect();
        assert!(self.child.wait().expect("it ends").success(), "{rest:?}");
        rest.join("\n")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Where a test fails, its program must not stay; where it ended, neither does anything.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
