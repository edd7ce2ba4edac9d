//! Serves an API server for kubectl and everything else, until it is interrupted.

use std::{io, path::PathBuf, process::ExitCode};

use lookglass_apiserver::{ApiServer, Serving};

const HELP: &str = "\
Serves a Kubernetes API server from this process, until it is interrupted.

Usage: serve [OPTIONS]

  --port PORT         listen on this port of 127.0.0.1 (default: any free one)
  --kubeconfig PATH   write the kubeconfig there (default: a file in the directory for temporary files)
  --plain             without TLS; every program on this machine is the administrator
  --help              this text
";

/// What was asked for on the command line.
#[derive(Default)]
struct Options {
    port: u16,
    kubeconfig: Option<PathBuf>,
    plain: bool,
    help: bool,
}

impl Options {
    fn parse(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self::default();
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or(format!("{word} needs a value"));
            match &*word {
                "--port" => {
                    let port = value()?;
                    options.port = port.parse().map_err(|_| format!("{port} is not a port"))?;
                }
                "--kubeconfig" => options.kubeconfig = Some(value()?.into()),
                "--plain" => options.plain = true,
                "--help" | "-h" => options.help = true,
                _ => return Err(format!("there is no option {word}")),
            }
        }
        Ok(options)
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let options = match Options::parse(std::env::args().skip(1)) {
        Ok(options) if options.help => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Ok(options) => options,
        Err(mistake) => {
            eprint!("{mistake}\n\n{HELP}");
            return ExitCode::from(2);
        }
    };
    match run(options).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> Result<(), Box<dyn std::error::Error>> {
    let api = ApiServer::builder().node("node-1").start().await?;
    let address = ("127.0.0.1", options.port);
    let serving = if options.plain { api.serve_plain(address).await? } else { api.serve(address).await? };
    let file = Kubeconfig::write(&serving, options.kubeconfig)?;
    println!("A Kubernetes API server is at {}\n", serving.url());
    println!("    export KUBECONFIG={}\n", file.path.display());
    println!("Then try:\n");
    println!("    kubectl get nodes,namespaces");
    println!("    kubectl create configmap hello --from-literal=to=world");
    println!("    kubectl get configmaps --all-namespaces --watch");
    println!("    kubectl api-resources\n");
    println!("Everything is gone when it stops. Stop it with Ctrl-C.");
    tokio::signal::ctrl_c().await?;
    serving.shutdown().await;
    println!("\nStopped at version {} of its objects.", api.version());
    Ok(())
}

/// The file that tells kubectl of the server. One that nobody asked for by name goes with the server.
struct Kubeconfig {
    path: PathBuf,
    temporary: bool,
}

impl Kubeconfig {
    fn write(serving: &Serving, path: Option<PathBuf>) -> io::Result<Self> {
        let temporary = path.is_none();
        let name = || format!("lookglass-{}.kubeconfig", std::process::id());
        let path = path.unwrap_or_else(|| std::env::temp_dir().join(name()));
        serving.write_kubeconfig(&path)?;
        Ok(Self { path, temporary })
    }
}

impl Drop for Kubeconfig {
    fn drop(&mut self) {
        if self.temporary {
            // What is left of it is of use to nobody: the key in it opens nothing any more.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}
