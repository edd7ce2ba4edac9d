//! From and to kube's configs.

use crate::config::{Config, ExecConfig, ExecPolicy, Impersonate, Kubeconfig, Overrides, Pem, Secret};

/// "certificate" in base64, so that it survives the way through DER.
const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----\nY2VydGlmaWNhdGU=\n-----END CERTIFICATE-----\n";

fn there_and_back(config: &Config) -> Config {
    Config::try_from(kube::Config::try_from(config).unwrap()).unwrap()
}

/// All but what kube does not know, in full.
fn same(one: &Config, other: &Config) {
    assert_eq!(one.server(), other.server());
    assert_eq!(one.ca, other.ca);
    assert_eq!(one.insecure, other.insecure);
    assert_eq!(one.server_name, other.server_name);
    assert_eq!(one.identity, other.identity);
    assert_eq!(one.login, other.login);
    assert_eq!(one.impersonate, other.impersonate);
    assert_eq!(one.proxy, other.proxy);
    assert_eq!(one.user_agent, other.user_agent);
    assert_eq!(one.compression, other.compression);
    assert_eq!(one.timeouts, other.timeouts);
    assert_eq!(one.default_namespace(), other.default_namespace());
}

#[test]
fn configs_survive_the_way_to_kube_and_back() {
    let base = || Config::new("https://c.example.com:6443/base").unwrap();
    let pem = || Pem::inline(CERTIFICATE);
    let plugin = ExecConfig::new("plugin").arg("a").env("B", "c").provide_cluster_info(true).install_hint("hint");
    let configs = [
        base(),
        base().token("t").namespace("web").server_name("kubernetes").compression(false).program("web-ctl", "v1"),
        base().basic("joe", "pw").insecure(),
        base().ca(pem()).identity(pem(), pem()).timeouts(|wait| wait.connect = std::time::Duration::from_secs(3)),
        base().exec(plugin).ca(pem()).proxy("http://joe:pw@gate:3128/".parse().unwrap()),
        base().impersonate(Impersonate::user("jane").uid("1").group("g").extra("k", "v").extra("k", "w")),
    ];
    for config in configs {
        same(&config, &there_and_back(&config));
    }
}

#[test]
fn a_policy_is_not_lost_on_the_way_to_kube() {
    let config = Config::new("https://c").unwrap().exec(ExecConfig::new("plugin")).exec_policy(ExecPolicy::DenyAll);
    let error = kube::Config::try_from(&config).unwrap_err().to_string();
    assert_eq!(error, "kube's config: kube runs every credential plugin, and the policy does not");
}

#[test]
fn kubes_kubeconfigs_are_taken_and_checked() {
    let yaml = "
current-context: a
clusters: [{name: c, cluster: {server: 'https://c.example.com'}}]
contexts: [{name: a, context: {cluster: c, user: u}}]
users: [{name: u, user: {token: t0ken}}]
";
    let theirs = kube::config::Kubeconfig::from_yaml(yaml).unwrap();
    let ours = Kubeconfig::try_from(theirs.clone()).unwrap();
    let config = Config::from_kubeconfig(&ours, &Overrides::default()).unwrap();
    assert_eq!(config.login, crate::config::Login::Token(Secret::from("t0ken")));
    let mut twice = theirs;
    twice.auth_infos.extend(twice.auth_infos.clone());
    let error = Kubeconfig::try_from(twice).unwrap_err().to_string();
    assert_eq!(error, "the kubeconfig: there are two users named `u`; rename or remove one");
}
