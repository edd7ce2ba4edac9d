//! Kubeconfigs as people have them, and what becomes of each.
//!
//! Every folder of `corpus/` holds kubeconfigs and a file `expected`: lines that begin with `$` say what to load, and what follows is what comes of it. Words of a `$` line are
//! `name=value`: a name in upper case is a variable of the environment, another is an override.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use crate::config::{
    Config, ConfigError, Environment, Impersonate, InCluster, Kubeconfig, Login, Overrides, Pem, loader::ConfigLoader,
};
use crate::with_causes;

#[tokio::test]
async fn every_kubeconfig_of_the_corpus_becomes_what_is_written_beside_it() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/config/corpus");
    let mut folders: Vec<_> = fs::read_dir(&corpus).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    assert!(folders.len() >= 12, "the corpus is gone: {folders:?}");
    for folder in folders {
        let expected = fs::read_to_string(folder.join("expected")).unwrap();
        let mut found = String::new();
        for command in expected.lines().filter_map(|line| line.strip_prefix('$')) {
            let outcome = outcome(command.trim(), &folder).await;
            let outcome = outcome.replace(&folder.display().to_string(), "DIR");
            write!(found, "${command}\n{outcome}").unwrap();
        }
        assert_eq!(expected.trim_end(), found.trim_end(), "{}: it became\n{found}", folder.display());
    }
}

async fn outcome(command: &str, folder: &Path) -> String {
    let (kind, words) = match command.split_once(' ') {
        Some((kind @ ("contexts" | "files"), words)) => (kind, words),
        _ => ("config", command),
    };
    let loader = loader(words, folder);
    match kind {
        "contexts" => contexts(&loader.kubeconfig().await),
        "files" => match loader.kubeconfig().await {
            Err(ConfigError::Files { errors, others }) => {
                format!("{} errors, and the others say:\n{}", errors.len(), contexts(&Ok(*others)))
            }
            other => format!("{other:?}\n"),
        },
        _ => match loader.load().await {
            Ok(config) => shown(&config),
            Err(error) => format!("error: {}\n{}", with_causes(&error), kind_of(&error)),
        },
    }
}

fn kind_of(error: &ConfigError) -> String {
    let is = [
        ("is_empty", error.is_empty()),
        ("is_context_not_found", error.is_context_not_found()),
        ("is_not_in_cluster", error.is_not_in_cluster()),
    ];
    is.into_iter().filter(|(_, is)| *is).map(|(name, _)| format!("{name}\n")).collect()
}

fn loader(words: &str, folder: &Path) -> ConfigLoader {
    let mut environment = Environment::empty();
    let mut overrides = Overrides::default();
    let mut loader = Config::loader();
    let (mut certificate, mut key) = (None, None);
    for word in words.split_whitespace() {
        let (name, value) = word.split_once('=').unwrap();
        let text = Some(value.to_owned());
        let path = || folder.join(value);
        match name {
            "KUBECONFIG" => {
                let files = value.split(':').map(|file| folder.join(file));
                environment = environment.var(name, std::env::join_paths(files).unwrap());
            }
            "HOME" => environment = environment.var(name, path()),
            "account" => environment = environment.service_account(path()),
            name if name.starts_with(|c: char| c.is_ascii_uppercase()) => environment = environment.var(name, value),
            "path" => loader = loader.path(path()),
            "in-cluster" => {
                loader = loader.in_cluster(match value {
                    "first" => InCluster::First,
                    "only" => InCluster::Only,
                    "never" => InCluster::Never,
                    other => panic!("in-cluster={other}"),
                });
            }
            "context" => overrides.context = text,
            "cluster" => overrides.cluster = text,
            "user" => overrides.user = text,
            "server" => overrides.server = text,
            "namespace" => overrides.namespace = text,
            "tls-server-name" => overrides.server_name = text,
            "proxy" => overrides.proxy = Some(value.into()),
            "token" => overrides.token = Some(value.into()),
            "insecure" => overrides.insecure = value == "true",
            "compression" => overrides.compression = Some(value == "true"),
            "ca" => overrides.ca = Some(path()),
            "cert" => certificate = Some(path()),
            "key" => key = Some(path()),
            "as" => overrides.impersonate = Some(Impersonate::user(value)),
            "timeout" => overrides.request_timeout = Some(Overrides::parse_timeout(value).unwrap()),
            other => panic!("{other}={value}"),
        }
    }
    (overrides.certificate, overrides.key) = (certificate, key);
    loader.environment(environment).overrides(overrides)
}

fn contexts(kubeconfig: &Result<Kubeconfig, ConfigError>) -> String {
    let kubeconfig = kubeconfig.as_ref().unwrap();
    let mut out = format!("current: {:?}\n", kubeconfig.current_context());
    for context in kubeconfig.contexts() {
        let file = context.file.map(|file| file.display().to_string());
        let row = (context.name, context.cluster, context.user, context.namespace, file, context.current);
        writeln!(out, "{row:?}").unwrap();
    }
    out
}

/// All of a config that is not as it is by default, secrets too.
fn shown(config: &Config) -> String {
    let mut out = format!("server: {}\n", config.server());
    let mut line = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            writeln!(out, "{name}: {value}").unwrap();
        }
    };
    line("ca", config.ca.as_ref().map(pem));
    line("insecure", config.insecure.then(String::new));
    line("server name", config.server_name.clone());
    line(
        "proxy",
        config.proxy.as_ref().map(|proxy| format!("{proxy} {:?} {} {:?}", proxy.kind(), proxy.host(), proxy.login())),
    );
    line("identity", config.identity.as_ref().map(|(certificate, key)| format!("{}, {}", pem(certificate), pem(key))));
    line(
        "login",
        match &config.login {
            Login::None => None,
            Login::Token(token) => Some(format!("token {}", token.expose())),
            Login::TokenFile { path, fallback } => Some(format!(
                "token in {}, fallback {:?}",
                path.display(),
                fallback.as_ref().map(|token| token.expose())
            )),
            Login::Basic { user, password } => Some(format!("{user}:{}", password.expose())),
            Login::Exec(exec) => {
                let args: Vec<_> = exec.args.iter().map(|arg| arg.expose()).collect();
                let extension = exec.cluster_extension.as_ref().map(|hidden| hidden.0.to_string());
                Some(format!("{exec:?} args {args:?} extension {extension:?} hint {:?}", exec.install_hint))
            }
        },
    );
    line("as", config.impersonate.as_ref().map(|who| format!("{:?}", who.headers().unwrap())));
    line("no compression", (!config.compression).then(String::new));
    line("timeout", config.timeouts.request.map(|timeout| format!("{timeout:?}")));
    line("namespace", Some(config.default_namespace().to_owned()).filter(|namespace| namespace != "default"));
    for warning in config.warnings() {
        line("warning", Some(warning.to_string()));
    }
    out
}

fn pem(pem: &Pem) -> String {
    match pem {
        Pem::Inline(pem) => format!("{:?}", String::from_utf8_lossy(pem).lines().nth(1).unwrap_or_default()),
        Pem::File(path) => PathBuf::from(path).display().to_string(),
    }
}
