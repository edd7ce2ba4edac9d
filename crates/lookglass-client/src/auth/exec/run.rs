//! One run of a plugin.

use std::{collections::VecDeque, ffi::OsStr, io, process::Stdio, sync::Arc};

use tokio::{
    io::{AsyncRead, AsyncReadExt as _},
    process::{Child, Command},
    time::timeout,
};

use super::{About, Credential, answer};
use crate::{
    auth::AuthError,
    config::{ExecConfig, Interactive, without_long},
};

/// A credential is no larger than this.
const MAX_PRINTED: u64 = 1 << 20;

/// So much of a plugin's complaint is repeated.
const MAX_SAID: usize = 2048;

/// A value of a variable that is at least this long may be a secret, and is looked for in what a plugin says.
const SECRET: usize = 6;

pub(super) async fn run(about: &About, has_terminal: fn() -> bool) -> Result<Credential, AuthError> {
    let exec = &*about.exec;
    let command = || exec.command.clone();
    let program = about
        .policy
        .admit(&exec.command, about.search_path.as_deref())
        .map_err(|why| AuthError::Denied { command: command(), why })?;
    let interactive = match exec.interactive {
        Interactive::Never => false,
        Interactive::IfAvailable => has_terminal(),
        Interactive::Always if has_terminal() => true,
        Interactive::Always => return Err(AuthError::NoTerminal { command: command() }),
    };
    let question = answer::question(about, interactive).await?;
    let child = spawn(exec, &program, interactive, question)?;
    let done = timeout(about.timeout, listen(child)).await;
    let done = done.map_err(|_| AuthError::TimedOut { command: command(), after: about.timeout })?;
    let done = done.map_err(|error| AuthError::Start { command: command(), source: Arc::new(error) })?;
    if !done.succeeded {
        return Err(AuthError::Failed { command: command(), code: done.code, said: repeatable(&done.said, exec) });
    }
    if done.printed.len() as u64 > MAX_PRINTED {
        return Err(AuthError::Answer { command: command(), problem: "printed more than a credential".to_owned() });
    }
    answer::credential(&done.printed, exec.version).map_err(|problem| AuthError::Answer { command: command(), problem })
}

/// Starts it. A person at the terminal sees what it says; otherwise its complaint becomes part of the error.
fn spawn(exec: &ExecConfig, program: &OsStr, interactive: bool, question: String) -> Result<Child, AuthError> {
    let (stdin, stderr) =
        if interactive { (Stdio::inherit(), Stdio::inherit()) } else { (Stdio::null(), Stdio::piped()) };
    Command::new(program)
        .args(exec.args.iter().map(|arg| arg.expose()))
        .envs(exec.env.iter().map(|(name, value)| (name, value.expose())))
        .env("KUBERNETES_EXEC_INFO", question)
        .stdin(stdin)
        .stdout(Stdio::piped())
        .stderr(stderr)
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => {
                AuthError::NotFound { command: exec.command.clone(), hint: exec.install_hint.clone() }
            }
            _ => AuthError::Start { command: exec.command.clone(), source: Arc::new(error) },
        })
}

struct Done {
    succeeded: bool,
    code: Option<i32>,
    printed: Vec<u8>,
    said: String,
}

async fn listen(mut child: Child) -> io::Result<Done> {
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    // Listened to beside the rest, since a full pipe stops who writes into it. It ends with the plugin.
    let said = stderr.map(|stderr| tokio::spawn(last_of(stderr)));
    let mut printed = Vec::new();
    if let Some(stdout) = stdout {
        stdout.take(MAX_PRINTED + 1).read_to_end(&mut printed).await?;
    }
    if printed.len() as u64 > MAX_PRINTED {
        // It may go on for ever, to nobody.
        child.start_kill()?;
    }
    let said = match said {
        Some(said) => said.await.map_err(io::Error::other)??,
        None => String::new(),
    };
    let status = child.wait().await?;
    Ok(Done { succeeded: status.success() || printed.len() as u64 > MAX_PRINTED, code: status.code(), printed, said })
}

async fn last_of(mut from: impl AsyncRead + Unpin) -> io::Result<String> {
    let mut last = VecDeque::new();
    let mut buffer = [0; 1024];
    loop {
        match from.read(&mut buffer).await? {
            0 => break,
            n => last.extend(&buffer[..n]),
        }
        last.drain(..last.len().saturating_sub(MAX_SAID));
    }
    Ok(String::from_utf8_lossy(last.make_contiguous()).into_owned())
}

/// A plugin's words without what may be secret in them: values of its environment, and long words.
fn repeatable(said: &str, exec: &ExecConfig) -> String {
    let mut said = said.trim().to_owned();
    for value in exec.env.values().map(|value| value.expose()).filter(|value| value.len() >= SECRET) {
        said = said.replace(value, "[...]");
    }
    without_long(&said)
}
