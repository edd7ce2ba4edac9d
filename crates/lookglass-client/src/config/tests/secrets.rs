//! Nothing secret is printed.

use crate::config::{Config, Environment, ExecConfig, Impersonate, Kubeconfig, Overrides, Pem, Secret};

/// Stands wherever something secret may.
const SECRET: &str = "s3cr3t";

fn kubeconfig() -> String {
    format!(
        "
current-context: a
clusters:
- name: with-login
  cluster: {{server: 'https://joe:{SECRET}@c.example.com'}}
- name: c
  cluster:
    server: https://c.example.com
    proxy-url: http://joe:{SECRET}@gate
    extensions:
    - name: client.authentication.k8s.io/exec
      extension: {{token: {SECRET}}}
contexts:
- {{name: a, context: {{cluster: c, user: exec}}}}
- {{name: b, context: {{cluster: c, user: token}}}}
- {{name: c, context: {{cluster: c, user: basic}}}}
users:
- name: exec
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1
      command: plugin
      args: [--token={SECRET}]
      env: [{{name: TOKEN, value: {SECRET}}}]
      interactiveMode: Never
      provideClusterInfo: true
- name: token
  user: {{token: {SECRET}, client-certificate-data: {SECRET}, client-key-data: {SECRET}}}
- name: basic
  user: {{username: joe, password: {SECRET}}}
- name: provider
  user: {{auth-provider: {{name: oidc, config: {{id-token: {SECRET}}}}}}}
"
    )
}

#[test]
fn no_debug_output_shows_one() {
    let kubeconfig = Kubeconfig::parse(kubeconfig()).unwrap();
    let config = |context: &str| {
        let overrides = Overrides { context: Some(context.to_owned()), ..Overrides::default() };
        Config::from_kubeconfig(&kubeconfig, &overrides)
    };
    let overrides = Overrides {
        token: Some(SECRET.into()),
        basic: Some(("joe".to_owned(), SECRET.into())),
        proxy: Some(format!("http://joe:{SECRET}@gate").into()),
        server: Some(format!("https://joe:{SECRET}@c.example.com")),
        ..Overrides::default()
    };
    let by_hand = Config::new("https://c.example.com").unwrap();
    let plugin = ExecConfig::new("plugin").arg(SECRET).env("TOKEN", SECRET);
    let environment = Environment::empty().var("HTTPS_PROXY", format!("http://joe:{SECRET}@gate"));
    let printed = [
        format!("{kubeconfig:#?}"),
        format!("{:#?}", config("a").unwrap()),
        format!("{:#?}", config("b")),
        format!("{:#?}", config("b").unwrap_err().to_string()),
        format!("{:#?}", config("c").unwrap()),
        format!("{:#?}", Config::loader().overrides(overrides.clone()).environment(environment.clone())),
        format!("{overrides:#?}"),
        format!("{environment:#?}"),
        format!("{:#?}", by_hand.clone().token(SECRET)),
        format!("{:#?}", by_hand.clone().basic("joe", SECRET)),
        format!("{:#?}", by_hand.clone().exec(plugin.clone()).impersonate(Impersonate::user("jane"))),
        format!("{:#?}", by_hand.identity(Pem::inline(SECRET), Pem::inline(SECRET))),
        format!("{plugin:#?}"),
        format!("{:#?}", Secret::from(SECRET)),
        format!("{:#?}", format!("ftp://joe:{SECRET}@gate").parse::<crate::Proxy>().unwrap_err()),
        format!("{:#?}", Config::new(&format!("https://joe:{SECRET}@c.example.com")).unwrap_err()),
    ];
    for text in printed {
        assert!(!text.contains(SECRET), "{text}");
        let bytes = format!("{:?}", SECRET.as_bytes());
        assert!(!text.contains(bytes.trim_matches(['[', ']'])), "{text}");
    }
}

#[test]
fn no_error_of_the_corpus_shows_one() {
    // What is secret in its files has the word in it; what they are expected to become does not.
    let corpus = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/config/corpus");
    for folder in std::fs::read_dir(corpus).unwrap() {
        let expected = std::fs::read_to_string(folder.unwrap().path().join("expected")).unwrap();
        for line in expected.lines().filter(|line| !line.starts_with('$')) {
            assert!(!line.contains(SECRET) && !line.contains("eyJ"), "{line}");
        }
    }
}

#[test]
fn a_file_that_was_cut_or_garbled_anywhere_is_an_error_without_one() {
    let whole = kubeconfig();
    for at in 0..whole.len() {
        for text in [&whole.as_bytes()[..at], &garbled(&whole, at)] {
            if let Err(error) = Kubeconfig::parse(text) {
                let shown = format!("{error} {error:?}");
                assert!(!shown.contains(SECRET), "{shown}");
            }
        }
    }
}

fn garbled(text: &str, at: usize) -> Vec<u8> {
    // YAML's own marks, each at many places.
    const MARKS: &[u8] = b"[]{}:,\"'\t&*!|>%@`#-?";
    let mut bytes = text.as_bytes().to_vec();
    bytes[at] = MARKS[at % MARKS.len()];
    bytes
}
