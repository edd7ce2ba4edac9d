//! The same programs against an API server elsewhere: on a socket, named by arguments, by `KUBECONFIG`, or by a pod's environment.

use std::{fs, path::PathBuf, process::Command};

use lookglass::apiserver::{ApiServer, Serving, User};
use tokio::runtime::Runtime;

use crate::support::{output_of, output_of_command, output_with};

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
