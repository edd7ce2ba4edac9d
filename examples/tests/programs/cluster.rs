//! The same programs against an API server elsewhere: on a socket, named by arguments, by `KUBECONFIG`, or by a pod's environment.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    path::PathBuf,
    process::Command,
};

use k8s_openapi::api::{apps::v1::Deployment, core::v1::ConfigMap};
use lookglass::apiserver::{ApiServer, Serving, User};
use tokio::runtime::Runtime;

use crate::support::{Running, output_of, output_of_command, output_with, program};

/// An API server on a socket with TLS, and a folder for files about it.
struct Elsewhere {
    runtime: Runtime,
    serving: Serving,
    folder: PathBuf,
}

impl Elsewhere {
    fn start(name: &str) -> Self {
        let runtime = Runtime::new().expect("a runtime starts");
        let serving = runtime.block_on(async {
            let api = ApiServer::builder()
                .yaml("{apiVersion: v1, kind: ConfigMap, metadata: {name: web, namespace: kube-public}, data: {from: elsewhere}}")
                .token("t0ken", User::new("somebody"));
            api.start().await.expect("it starts").serve("127.0.0.1:0").await.expect("it serves")
        });
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("elsewhere-{name}"));
        fs::create_dir_all(&folder).expect("a folder is made");
        Self { runtime, serving, folder }
    }

    fn kubeconfig(&self, name: &str, namespace: &str) -> String {
        let path = self.folder.join(name);
        let kubeconfig = self.serving.kubeconfig().expect("it has one").named(name).namespace(namespace);
        kubeconfig.write(&path).expect("it is written");
        path.to_str().expect("a path in UTF-8").to_owned()
    }
}

impl Drop for Elsewhere {
    fn drop(&mut self) {
        // What is left of it is of use to nobody.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

const MAPS: &str = "kube-root-ca.crt\n  ca.crt: \nweb\n  from: elsewhere\n";

#[test]
fn a_program_finds_its_cluster_by_arguments_and_by_the_environment() {
    let elsewhere = Elsewhere::start("maps");
    let program = env!("CARGO_BIN_EXE_config_maps");
    let public = elsewhere.kubeconfig("public", "kube-public");
    let system = elsewhere.kubeconfig("system", "kube-system");
    assert_eq!(output_with(program, &["--kubeconfig", &public]), MAPS);
    assert_eq!(output_with(program, &["--kubeconfig", &system, "-n", "kube-public"]), MAPS);

    let listed = std::env::join_paths([&system, &public]).expect("paths without colons");
    let by_env =
        |arguments: &[&str]| output_of_command(Command::new(program).args(arguments).env("KUBECONFIG", &listed));
    assert!(!by_env(&[]).contains("elsewhere"), "the first file's context is in another namespace");
    assert_eq!(by_env(&["--context", "public"]), MAPS);

    // Another address of the same server, with TLS and the credentials of the file.
    let again = elsewhere.runtime.block_on(elsewhere.serving.api().serve("127.0.0.1:0")).expect("it serves");
    let other = elsewhere.folder.join("again");
    again.kubeconfig().expect("it has one").named("again").write(&other).expect("it is written");
    let other = other.to_str().expect("a path in UTF-8");
    assert_eq!(output_with(program, &["--kubeconfig", other, "--server", &again.url(), "-n", "kube-public"]), MAPS);

    let plain = elsewhere.runtime.block_on(elsewhere.serving.api().serve_plain("127.0.0.1:0")).expect("it serves");
    assert_eq!(output_with(program, &["--server", &plain.url(), "--namespace", "kube-public"]), MAPS);
}

#[test]
fn a_deployment_is_written_elsewhere_as_it_is_here() {
    let elsewhere = Elsewhere::start("deployment");
    let program = env!("CARGO_BIN_EXE_deployment");
    assert_eq!(output_with(program, &["--kubeconfig", &elsewhere.kubeconfig("config", "default")]), output_of(program));
    let written: Vec<_> = elsewhere.serving.api().requests().into_iter().map(|request| request.method).collect();
    assert_eq!(written, ["POST", "GET", "PUT", "GET", "DELETE"]);
}

#[test]
fn a_cluster_that_does_not_answer_is_said_to_be_so() {
    let output = Command::new(env!("CARGO_BIN_EXE_config_maps")).args(["--server", "http://127.0.0.1:1"]).output();
    let output = output.expect("the program starts");
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("list configmaps in default") && said.contains("127.0.0.1:1"), "{said}");
}

#[test]
fn each_rule_finds_another_config() {
    let said = output_of(env!("CARGO_BIN_EXE_config"));
    // Ports and folders are others each time.
    let said: Vec<&str> = said.lines().map(|line| line.split(" of https:").next().unwrap_or(line)).collect();
    let said: Vec<&str> = said.iter().map(|line| line.split(" in /").next().unwrap_or(line)).collect();
    insta::assert_snapshot!(said.join("\n"), @r"
    # a file by its path
    tester in namespace default
    # the default: ~/.kube/config
    system:admin in namespace web
    # KUBECONFIG lists two files: the first one's context
    tester in namespace default
    # ... and a context of the second
    system:admin in namespace web
    # a context that there is not
    there is no context `prod`
    # in-cluster first, in a pod
    system:serviceaccount:web:default in namespace web
    # in-cluster first, elsewhere
    system:admin in namespace web
    # in-cluster only, in a pod
    system:serviceaccount:web:default in namespace web
    # in-cluster only, elsewhere
    not in a cluster: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set; outside of a pod, use a kubeconfig
    ");
}

/// With KUBECONFIG alone, as most people run programs; those that look on end at once.
#[test]
fn every_program_runs_elsewhere() {
    let elsewhere = Elsewhere::start("every");
    let kubeconfig = elsewhere.kubeconfig("config", "default");
    let api = elsewhere.serving.api();
    elsewhere.runtime.block_on(api.apply_yaml(DEPLOYMENT)).expect("it is applied");
    let programs: [(&str, &[&str]); 17] = [
        ("config", &[]),
        ("config_maps", &[]),
        ("count_pods", &["--times", "1"]),
        ("debug_view", &["--seconds", "0"]),
        ("discovery", &["--all", "--wide"]),
        ("dynamic", &[]),
        ("indexer_informer", &[]),
        ("informer", &["--seconds", "0"]),
        ("kinds", &[]),
        ("own_shared_informer", &["--seconds", "0"]),
        ("reflector", &["--seconds", "0"]),
        ("rest", &[]),
        ("scale", &["deploy/web", "--replicas", "4"]),
        ("shared_informer", &["--seconds", "0"]),
        ("stop_and_restart", &[]),
        ("watch_pods", &["--seconds", "0"]),
        ("watchdog", &["--seconds", "0"]),
    ];
    for (name, arguments) in programs {
        output_of_command(Command::new(program(name)).args(arguments).env("KUBECONFIG", &kubeconfig));
    }
    let web = elsewhere.runtime.block_on(api.get::<Deployment>("default/web")).expect("it is there");
    assert_eq!(web.spec.replicas, Some(4));
}

const DEPLOYMENT: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: nginx}]}}}
";

#[test]
fn a_namespace_that_comes_and_goes_elsewhere_is_seen() {
    let elsewhere = Elsewhere::start("namespace");
    let program = env!("CARGO_BIN_EXE_watch_anything");
    let said = output_with(program, &["--kubeconfig", &elsewhere.kubeconfig("config", "default")]);
    let demo: Vec<&str> = said.lines().filter(|line| line.contains(" lookglass-demo ")).collect();
    let events: Vec<&str> = demo.iter().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(events, ["ADDED", "MODIFIED", "MODIFIED", "DELETED"], "{said}");

    // What was seen up to the first of them is not told again to who says so.
    let version = demo[0].rsplit(' ').next().unwrap_or_default();
    let kubeconfig = elsewhere.kubeconfig("config", "default");
    let arguments = ["--kubeconfig", &kubeconfig, "ns", "--from", version];
    let mut watching = Running::start(Command::new(program).args(arguments));
    assert_eq!(watching.until("DELETED"), demo[1..].join("\n") + "\n");
    #[cfg(unix)]
    assert_eq!(watching.interrupt(), "");
}

#[cfg(unix)]
#[test]
fn an_informer_looks_on_elsewhere_until_it_is_interrupted() {
    let elsewhere = Elsewhere::start("informer");
    let (api, run) = (elsewhere.serving.api(), &elsewhere.runtime);
    let kubeconfig = elsewhere.kubeconfig("config", "kube-public");
    let mut informer = Running::start(Command::new(env!("CARGO_BIN_EXE_informer")).args(["--kubeconfig", &kubeconfig]));
    insta::assert_snapshot!(informer.until("/web with 1 entries"), @r"
    + kube-public/kube-root-ca.crt (was there)
    + kube-public/web (was there)
    2 in the store:
      kube-public/kube-root-ca.crt with 1 entries
      kube-public/web with 1 entries
    ");
    run.block_on(api.apply_yaml("{apiVersion: v1, kind: ConfigMap, metadata: {name: new, namespace: kube-public}}"))
        .expect("it is applied");
    assert_eq!(informer.until("/new"), "+ kube-public/new\n");
    run.block_on(api.delete::<ConfigMap>("kube-public/web")).expect("it is deleted");
    assert_eq!(informer.until("/web"), "- kube-public/web\n");
    assert_eq!(informer.interrupt(), "");
}

#[cfg(unix)]
#[test]
fn an_informer_of_ones_own_answers_what_it_has_seen_elsewhere() {
    let elsewhere = Elsewhere::start("own");
    let (api, run) = (elsewhere.serving.api(), &elsewhere.runtime);
    let kubeconfig = elsewhere.kubeconfig("config", "default");
    let arguments = ["--kubeconfig", &kubeconfig];
    let mut informer = Running::start(Command::new(env!("CARGO_BIN_EXE_own_shared_informer")).args(arguments));
    let address = informer.until("http://");
    let address = address.trim_start_matches("http://").split('/').next().expect("an address");
    run.block_on(api.apply_yaml(POD)).expect("it is applied");
    informer.until("audit: ");
    let answer = |question: &str| {
        let mut stream = TcpStream::connect(address).expect("it listens");
        write!(stream, "GET {question} HTTP/1.0\r\n\r\n").expect("it is asked");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        answer.split("\r\n").last().unwrap_or_default().to_owned()
    };
    assert_eq!(answer("/pods?index=app&value=mysqltest"), "kube-system/db-0\n");
    assert_eq!(answer("/pods?index=app&value=web"), "");
    informer.interrupt();
}

const POD: &str =
    "{apiVersion: v1, kind: Pod, metadata: {name: db-0, namespace: kube-system, labels: {app: mysqltest}},
  spec: {containers: [{name: db, image: mysql}]}}";

#[test]
fn outside_of_a_pod_there_is_no_config_of_a_pod() {
    let output = Command::new(env!("CARGO_BIN_EXE_count_pods"))
        .arg("--in-cluster")
        .env_remove("KUBERNETES_SERVICE_HOST")
        .env_remove("KUBERNETES_SERVICE_PORT")
        .output()
        .expect("the program starts");
    assert!(!output.status.success());
    insta::assert_snapshot!(String::from_utf8_lossy(&output.stderr), @"Error: not in a cluster: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set; outside of a pod, use a kubeconfig");
}
