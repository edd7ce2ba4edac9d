//! Credentials that a program gives. The programs are shell scripts; a line in a file for each run counts them.

use std::{
    env,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use http::HeaderValue;
use jiff::Timestamp;
use parking_lot::Mutex;
use serde_json::Value;

use super::{Folder, config, pem};
use crate::{
    auth::{AuthError, Credentials, Listener, PluginOutcome, PluginRan, surroundings::Surroundings},
    config::{Config, ExecConfig, ExecPolicy, ExecVersion, Interactive, Kubeconfig, Overrides, Pem},
};

/// A script, run by the shell so that it need not be executable (a file that was just written may be busy).
fn script(folder: &Folder, text: &str) -> ExecConfig {
    let path = folder.write("plugin.sh", text);
    ExecConfig::new("/bin/sh").arg(path.display().to_string()).env("DIR", folder.0.display().to_string())
}

/// Gives the token `token-N` for the Nth run.
const COUNTING: &str = r#"
echo run >> "$DIR/runs"
n=$(wc -l < "$DIR/runs" | tr -d ' ')
echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"token-'$n'"'"$EXTRA"'}}'
"#;

fn runs(folder: &Folder) -> usize {
    folder.read("runs").lines().count()
}

async fn header(credentials: &Credentials) -> HeaderValue {
    credentials.authorization().await.unwrap().unwrap()
}

async fn message(config: &Config) -> String {
    Credentials::new(config).authorization().await.unwrap_err().to_string()
}

#[tokio::test]
async fn what_it_gave_is_used_until_it_is_refused() {
    let folder = Folder::new();
    let credentials = Credentials::new(&config().exec(script(&folder, COUNTING)));
    assert_eq!(runs(&folder), 0, "run before it was needed");
    for _ in 0..3 {
        assert_eq!(header(&credentials).await, "Bearer token-1");
    }
    credentials.refused(Some(&HeaderValue::from_static("Bearer another")));
    credentials.refused(None);
    assert_eq!(header(&credentials).await, "Bearer token-1");
    credentials.refused(Some(&HeaderValue::from_static("Bearer token-1")));
    assert_eq!(header(&credentials).await, "Bearer token-2");
    // Those that were refused with the first one learn of it late.
    credentials.refused(Some(&HeaderValue::from_static("Bearer token-1")));
    assert_eq!(header(&credentials).await, "Bearer token-2");
    assert_eq!(runs(&folder), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_who_need_it_at_once_cause_one_run() {
    let folder = Folder::new();
    let credentials = Credentials::new(&config().exec(script(&folder, COUNTING)));
    for round in 1..=3 {
        let wanted = HeaderValue::try_from(format!("Bearer token-{round}")).unwrap();
        let all: Vec<_> = (0..64)
            .map(|_| {
                let credentials = credentials.clone();
                tokio::spawn(async move { header(&credentials).await })
            })
            .collect();
        for one in all {
            assert_eq!(one.await.unwrap(), wanted);
        }
        assert_eq!(runs(&folder), round);
        for _ in 0..64 {
            credentials.refused(Some(&wanted));
        }
    }
}

#[tokio::test]
async fn who_loses_patience_does_not_end_the_run_of_others() {
    let folder = Folder::new();
    let text = format!("while [ ! -e \"$DIR/go\" ]; do sleep 0.01; done\n{COUNTING}");
    let credentials = Credentials::new(&config().exec(script(&folder, &text)));
    let mut impatient = Box::pin(credentials.authorization());
    let polled = std::future::poll_fn(|cx| std::task::Poll::Ready(impatient.as_mut().poll(cx).is_pending())).await;
    assert!(polled);
    drop(impatient);
    folder.write("go", "");
    assert_eq!(header(&credentials).await, "Bearer token-1");
    assert_eq!(runs(&folder), 1);
}

#[tokio::test]
async fn an_expired_credential_is_fetched_again() {
    let folder = Folder::new();
    let now = Arc::new(AtomicI64::new(1_000_000_000));
    let expiry = Timestamp::from_second(1_000_000_600).unwrap();
    let plugin = script(&folder, COUNTING).env("EXTRA", format!(r#","expirationTimestamp":"{expiry}""#));
    let surroundings = Surroundings::of(
        {
            let now = now.clone();
            move || Timestamp::from_second(now.load(Ordering::Relaxed)).unwrap()
        },
        || false,
    );
    let credentials = Credentials::within(&config().exec(plugin), surroundings);
    assert_eq!(header(&credentials).await, "Bearer token-1");
    now.store(1_000_000_599, Ordering::Relaxed);
    assert_eq!(header(&credentials).await, "Bearer token-1");
    now.store(1_000_000_600, Ordering::Relaxed);
    assert_eq!(header(&credentials).await, "Bearer token-2");
}

#[tokio::test]
async fn who_only_looks_whether_something_changed_runs_nothing() {
    let folder = Folder::new();
    // Expired before it was given: whoever asks for a credential runs the plugin.
    let plugin = script(&folder, COUNTING).env("EXTRA", r#","expirationTimestamp":"2001-01-01T00:00:00Z""#);
    let credentials = Credentials::new(&config().exec(plugin));
    assert!(credentials.known_material().await.is_none());
    assert_eq!(header(&credentials).await, "Bearer token-1");
    let generation = credentials.material().await.unwrap().generation;
    assert_eq!(runs(&folder), 2);
    for _ in 0..3 {
        assert_eq!(credentials.known_material().await.unwrap().unwrap().generation, generation);
    }
    assert_eq!(runs(&folder), 2);
}

#[tokio::test]
async fn each_run_is_told_to_all_who_listen() {
    let folder = Folder::new();
    let heard: Arc<Mutex<Vec<PluginRan>>> = Arc::default();
    let listener: Arc<Listener> = {
        let heard = Arc::clone(&heard);
        Arc::new(move |ran: &PluginRan| heard.lock().push(ran.clone()))
    };
    let good = config().exec(script(&folder, COUNTING));
    let (one, other) = (Credentials::new(&good), Credentials::new(&good));
    one.listen(&listener);
    other.listen(&listener);
    header(&one).await;
    header(&other).await;
    let told: Vec<_> = heard.lock().drain(..).map(|ran| (ran.command, ran.outcome.label())).collect();
    assert_eq!(told, vec![("/bin/sh".to_owned(), "succeeded"); 2]);
    drop(one);

    let failing = ExecConfig::new("/bin/sh").arg("-c").arg("exit 7");
    let denied = config().exec(failing.clone()).exec_policy(ExecPolicy::DenyAll);
    let nowhere = ExecConfig::new("/nowhere/plugin");
    let garbage = ExecConfig::new("/bin/sh").arg("-c").arg("echo rubbish");
    for (config, outcome) in [
        (config().exec(failing), PluginOutcome::Failed { code: Some(7) }),
        (denied, PluginOutcome::Denied),
        (config().exec(nowhere), PluginOutcome::NotFound),
        (config().exec(garbage), PluginOutcome::Unusable),
    ] {
        let credentials = Credentials::new(&config);
        credentials.listen(&listener);
        credentials.authorization().await.unwrap_err();
        assert_eq!(heard.lock().drain(..).map(|ran| ran.outcome).collect::<Vec<_>>(), [outcome]);
    }
    drop(listener);
    other.refused(Some(&HeaderValue::from_static("Bearer token-1")));
    assert_eq!(header(&other).await, "Bearer token-2");
    assert!(heard.lock().is_empty());
}

#[tokio::test]
async fn configs_that_say_the_same_share_a_run_and_others_do_not() {
    let folder = Folder::new();
    let plugin = script(&folder, COUNTING);
    let one = Credentials::new(&config().exec(plugin.clone()));
    let same = Credentials::new(&Config::new("https://elsewhere").unwrap().exec(plugin.clone()));
    let other = Credentials::new(&config().exec(plugin.clone().arg("other")));
    let told = Credentials::new(&config().exec(plugin.clone().provide_cluster_info(true)));
    let told_another =
        Credentials::new(&Config::new("https://elsewhere").unwrap().exec(plugin.provide_cluster_info(true)));
    assert_eq!(header(&one).await, "Bearer token-1");
    assert_eq!(header(&same).await, "Bearer token-1");
    assert_eq!(header(&other).await, "Bearer token-2");
    assert_eq!(header(&told).await, "Bearer token-3");
    assert_eq!(header(&told_another).await, "Bearer token-4");
    drop((one, same));
    let again = Credentials::new(&config().exec(script(&folder, COUNTING)));
    assert_eq!(header(&again).await, "Bearer token-5", "nobody used it any more, and it was kept");
}

#[tokio::test]
async fn its_certificate_is_material_and_changes_with_it() {
    let folder = Folder::new();
    let text = r#"
echo run >> "$DIR/runs"
n=$(wc -l < "$DIR/runs" | tr -d ' ')
cat <<END
apiVersion: client.authentication.k8s.io/v1beta1
kind: ExecCredential
status:
  clientCertificateData: "-----BEGIN CERTIFICATE-----\nc$n\n-----END CERTIFICATE-----\n"
  clientKeyData: "-----BEGIN PRIVATE KEY-----\nk$n\n-----END PRIVATE KEY-----\n"
END
"#;
    let plugin = script(&folder, text).version(ExecVersion::V1Beta1);
    let credentials = Credentials::new(&config().exec(plugin));
    assert!(credentials.authorization().await.unwrap().is_none());
    let first = credentials.material().await.unwrap();
    assert_eq!(first.generation, 1);
    assert!(super::is_pem_of(&first.identity.as_ref().unwrap().0, "c1"));
    // A request without a header does not say which certificate was refused; soon after a run it was the former one.
    credentials.refused(None);
    assert_eq!(credentials.material().await.unwrap().generation, 1);
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(10)).await;
    tokio::time::resume();
    credentials.refused(None);
    let second = credentials.material().await.unwrap();
    assert_eq!((second.generation, runs(&folder)), (2, 2));
    assert!(super::is_pem_of(&second.identity.as_ref().unwrap().1, "k2"));
}

#[tokio::test]
async fn it_is_not_run_beside_a_certificate() {
    let folder = Folder::new();
    let identity = || Pem::inline(pem("mine"));
    let credentials = Credentials::new(&config().exec(script(&folder, COUNTING)).identity(identity(), identity()));
    assert!(credentials.authorization().await.unwrap().is_none());
    assert!(super::is_pem_of(&credentials.material().await.unwrap().identity.unwrap().0, "mine"));
    assert_eq!(runs(&folder), 0);
}

#[tokio::test]
async fn it_is_told_of_its_cluster() {
    let folder = Folder::new();
    folder.write(
        "plugin.sh",
        &format!("printf '%s' \"$KUBERNETES_EXEC_INFO\" > \"$DIR/info\"\necho \"$HOME\" > \"$DIR/home\"\n{COUNTING}"),
    );
    folder.write("ca.pem", &pem("ca"));
    let yaml = format!(
        "
current-context: a
clusters:
- name: c
  cluster:
    server: https://c.example.com/base
    tls-server-name: kubernetes
    certificate-authority: ca.pem
    proxy-url: http://joe:pw@gate
    disable-compression: true
    extensions:
    - name: client.authentication.k8s.io/exec
      extension: {{audience: blue}}
contexts: [{{name: a, context: {{cluster: c, user: u}}}}]
users:
- name: u
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1
      command: /bin/sh
      args: [{0}/plugin.sh]
      env: [{{name: DIR, value: {0}}}]
      interactiveMode: Never
      provideClusterInfo: true
",
        folder.0.display()
    );
    folder.write("config", &yaml);
    let kubeconfig = Kubeconfig::read(folder.path("config")).unwrap();
    let config = Config::from_kubeconfig(&kubeconfig, &Overrides::default()).unwrap();
    header(&Credentials::new(&config)).await;
    let info: Value = serde_json::from_str(&folder.read("info")).unwrap();
    let wanted = serde_json::json!({
        "apiVersion": "client.authentication.k8s.io/v1",
        "kind": "ExecCredential",
        "spec": {
            "interactive": false,
            "cluster": {
                "server": "https://c.example.com/base",
                "tls-server-name": "kubernetes",
                "certificate-authority-data": "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCmNhCi0tLS0tRU5EIENFUlRJRklDQVRFLS0tLS0K",
                "proxy-url": "http://joe:pw@gate",
                "disable-compression": true,
                "config": {"audience": "blue"},
            },
        },
    });
    assert_eq!(info, wanted);
    assert_ne!(folder.read("home").trim(), "", "it has this process's environment");
}

#[tokio::test]
async fn interaction_needs_a_terminal() {
    let folder = Folder::new();
    let text = format!("printf '%s' \"$KUBERNETES_EXEC_INFO\" > \"$DIR/info\"\n{COUNTING}");
    let ask = |mode| {
        let config = config().exec(script(&folder, &text).interactive(mode));
        Credentials::within(&config, Surroundings::of(|| Timestamp::UNIX_EPOCH, || false))
    };
    header(&ask(Interactive::IfAvailable)).await;
    assert!(folder.read("info").contains(r#""interactive":false"#), "{}", folder.read("info"));
    let error = ask(Interactive::Always).authorization().await.unwrap_err().to_string();
    assert_eq!(
        error,
        "credential plugin `/bin/sh`: not run: it has to ask somebody, and standard input is no terminal"
    );
    assert_eq!(runs(&folder), 1);
}

#[tokio::test]
async fn a_denied_plugin_is_not_started() {
    let folder = Folder::new();
    let plugin = script(&folder, COUNTING);
    let with = |policy| config().exec(plugin.clone()).exec_policy(policy);
    assert_eq!(
        message(&with(ExecPolicy::DenyAll)).await,
        "credential plugin `/bin/sh`: not run: the policy lets no plugin run"
    );
    assert_eq!(
        message(&with(ExecPolicy::allowlist(["aws", "/opt/sh"]).unwrap())).await,
        "credential plugin `/bin/sh`: not run: it is not on the allowlist (aws, /opt/sh); add it there if it is trusted"
    );
    assert_eq!(runs(&folder), 0);
    let allowed = Credentials::new(&with(ExecPolicy::allowlist(["/bin/sh"]).unwrap()));
    assert_eq!(header(&allowed).await, "Bearer token-1");
}

#[cfg(unix)]
#[test]
fn a_name_on_the_allowlist_is_what_path_finds() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = Folder::new();
    for place in ["first", "second", "elsewhere"] {
        std::fs::create_dir(folder.path(place)).unwrap();
    }
    let program = |place: &str, mode| {
        let path = folder.write(&format!("{place}/plugin"), "");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        path.display().to_string()
    };
    let not_executable = program("first", 0o644);
    let found = program("second", 0o755);
    let elsewhere = program("elsewhere", 0o755);
    let path = env::join_paths([folder.path("first"), folder.path("second")]).unwrap();
    let by_name = ExecPolicy::allowlist(["plugin"]).unwrap();
    let by_path = ExecPolicy::allowlist([found.as_str()]).unwrap();
    let admit = |policy: &ExecPolicy, command: &str| policy.admit(command, Some(path.as_os_str()));
    for policy in [&by_name, &by_path] {
        assert_eq!(admit(policy, "plugin").unwrap(), found.as_str());
        assert_eq!(admit(policy, &found).unwrap(), found.as_str());
        for denied in [&elsewhere, &not_executable, "other", "./plugin"] {
            admit(policy, denied).unwrap_err();
        }
    }
    // Without PATH a name is only itself.
    assert_eq!(by_name.admit("plugin", None).unwrap(), "plugin");
    by_name.admit(&found, None).unwrap_err();
    by_path.admit("plugin", None).unwrap_err();
}

#[tokio::test]
async fn what_goes_wrong_is_said_and_secrets_are_not() {
    let folder = Folder::new();
    let v1 = r#""kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1""#;
    let cases = [
        ("exit 3", "failed with code 3"),
        (
            "echo no s3cr3t-value today, and no s3cr3ts3cr3ts3cr3ts3cr3ts3cr3ts3cr3t >&2; exit 1",
            "failed with code 1: no [...] today, and no [...]",
        ),
        ("kill -9 $$", "failed by a signal"),
        ("echo s3cr3t", "printed no kind; it should be ExecCredential; is it made for this?"),
        ("echo '{s3cr3t: [}'", "printed neither JSON nor YAML; is it made for this?"),
        ("true", "printed no kind; it should be ExecCredential; is it made for this?"),
        (
            "echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1beta1\"}'",
            "printed another apiVersion than client.authentication.k8s.io/v1; is it made for this?",
        ),
        ("echo '{V1}'", "printed no status; is it made for this?"),
        ("echo '{V1,\"status\":{}}'", "printed neither a token nor a certificate; is it made for this?"),
        (
            "echo '{V1,\"status\":{\"token\":{\"a\":\"s3cr3t\"}}}'",
            "printed a status.token that is no text; is it made for this?",
        ),
        (
            "echo '{V1,\"status\":{\"token\":\"s3cr\\u000a3t\"}}'",
            "the plugin's token holds characters that no header can carry, such as a line's end; was the right thing copied?; is it made for this?",
        ),
        (
            "echo '{V1,\"status\":{\"clientKeyData\":\"s3cr3t\"}}'",
            "printed a certificate without its key, or a key without its certificate; is it made for this?",
        ),
        (
            "echo '{V1,\"status\":{\"clientKeyData\":\"s3cr3t\",\"clientCertificateData\":\"x\"}}'",
            "printed a certificate or a key that is not PEM; is it made for this?",
        ),
        (
            "echo '{V1,\"status\":{\"token\":\"a\",\"expirationTimestamp\":\"s3cr3t\"}}'",
            "printed a status.expirationTimestamp that is no time; is it made for this?",
        ),
        ("while :; do echo s3cr3ts3cr3ts3cr3t; done", "printed more than a credential; is it made for this?"),
    ];
    for (number, (text, wanted)) in cases.into_iter().enumerate() {
        let plugin = script(&folder, &text.replace("V1", v1)).arg(number.to_string()).env("TOKEN", "s3cr3t-value");
        let found = message(&config().exec(plugin)).await;
        assert_eq!(found, format!("credential plugin `/bin/sh`: {wanted}"), "{text}");
    }
    let missing = ExecConfig::new("/nowhere/plugin").install_hint("ask your platform team");
    assert_eq!(
        message(&config().exec(missing)).await,
        "credential plugin `/nowhere/plugin`: not found; install it: ask your platform team"
    );
    let folder_as_program = ExecConfig::new(folder.0.display().to_string());
    let found = Credentials::new(&config().exec(folder_as_program)).authorization().await.unwrap_err();
    assert!(matches!(found, AuthError::Start { .. }), "{found:?}");
}

#[tokio::test]
async fn one_that_hangs_is_ended() {
    let folder = Folder::new();
    let plugin = script(&folder, "exec sleep 1000");
    let config = config().exec(plugin).timeouts(|wait| wait.exec = Duration::from_millis(300));
    assert_eq!(
        message(&config).await,
        "credential plugin `/bin/sh`: gave nothing for 300ms and was ended; does it wait for somebody?"
    );
}

#[tokio::test]
async fn after_a_failure_it_is_run_again() {
    let folder = Folder::new();
    let text = format!("[ -e \"$DIR/works\" ] || exit 1\n{COUNTING}");
    let credentials = Credentials::new(&config().exec(script(&folder, &text)));
    credentials.authorization().await.unwrap_err();
    credentials.material().await.unwrap_err();
    folder.write("works", "");
    assert_eq!(header(&credentials).await, "Bearer token-1");
}

#[test]
fn a_run_whose_runtime_ended_is_done_again_on_another() {
    let folder = Folder::new();
    let text = format!("[ -e \"$DIR/go\" ] || exec sleep 1000\n{COUNTING}");
    let credentials = Credentials::new(&config().exec(script(&folder, &text)));
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let first = runtime();
    first.block_on(async {
        let mut asking = Box::pin(credentials.authorization());
        std::future::poll_fn(|cx| {
            assert!(asking.as_mut().poll(cx).is_pending());
            std::task::Poll::Ready(())
        })
        .await;
        tokio::task::yield_now().await;
    });
    drop(first);
    folder.write("go", "");
    assert_eq!(runtime().block_on(header(&credentials)), "Bearer token-1");
}
