//! The text of a kubeconfig, and who can read the file.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;

use crate::transport::{Certificate, Kubeconfig};

fn certificate() -> Certificate {
    Certificate { certificate: "CERT".into(), key: "KEY".into() }
}

fn config() -> Kubeconfig {
    Kubeconfig::new("https://127.0.0.1:6443").authority("CA").namespace("prod")
}

#[test]
fn with_a_client_certificate() {
    insta::assert_snapshot!(config().certificate(certificate()).to_yaml(), @r#"
    apiVersion: v1
    kind: Config
    preferences: {}
    current-context: "lookglass"
    clusters:
    - name: "lookglass"
      cluster:
        server: "https://127.0.0.1:6443"
        certificate-authority-data: Q0E=
    contexts:
    - name: "lookglass"
      context:
        cluster: "lookglass"
        user: "lookglass"
        namespace: "prod"
    users:
    - name: "lookglass"
      user:
        client-certificate-data: Q0VSVA==
        client-key-data: S0VZ
    "#);
}

#[test]
fn any_text_survives() {
    let odd = "a \"b\" 'c': {d}\n\te # f \u{7f} \u{85}\u{9f}\u{2028}\u{feff}\u{ffff} ü \\";
    let text = Kubeconfig::new(odd).named(odd).token(odd).to_yaml();
    let read: Value = serde_saphyr::from_str(&text).unwrap();
    for pointer in ["/current-context", "/clusters/0/cluster/server", "/contexts/0/context/user", "/users/0/user/token"]
    {
        assert_eq!(read.pointer(pointer).unwrap(), odd, "{pointer}");
    }
    let read: Value = serde_saphyr::from_str(&Kubeconfig::new("http://localhost").to_yaml()).unwrap();
    assert_eq!(read.pointer("/users/0/user").unwrap(), &serde_json::json!({}));
}

#[test]
fn debug_shows_no_credentials() {
    for config in [config().certificate(certificate()), config().token("s3cret")] {
        let text = format!("{config:?} {:?}", certificate());
        for secret in ["KEY", &STANDARD.encode("KEY"), "s3cret"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}
