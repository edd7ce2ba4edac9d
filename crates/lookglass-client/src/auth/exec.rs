//! Credentials that a program gives: [`Plugin`].
//!
//! One plugin serves all clients of the process whose configs say the same of it. It is run when there is nothing yet, when what it gave has expired, and when a server has refused it;
//! always in a task of its own, so that nobody who loses patience ends a run that others wait for (or a person's login in a browser). Everybody who waits shares the outcome, be it an
//! error.

mod answer;
mod run;

use std::{
    ffi::OsString,
    sync::{Arc, Weak},
    time::Duration,
};

use http::HeaderValue;
use jiff::Timestamp;
use parking_lot::Mutex;
use tokio::{sync::watch, time::Instant};

use super::{
    AuthError, Surroundings,
    material::Identity,
    ran::{Listeners, PluginOutcome, PluginRan},
};
use crate::config::{Config, ExecConfig, ExecPolicy, Hidden, Pem, Secret};

/// What a plugin gave.
#[derive(Clone)]
pub(super) struct Credential {
    pub(super) header: Option<HeaderValue>,
    pub(super) identity: Option<Identity>,
    expires: Option<Timestamp>,
}

/// A program that gives credentials, and what it gave last.
pub(super) struct Plugin {
    about: About,
    surroundings: Surroundings,
    state: Mutex<State>,
    pub(super) listeners: Listeners,
}

/// All that decides what a plugin gives. Configs that agree in it share the plugin.
#[derive(Clone, PartialEq)]
struct About {
    exec: Arc<ExecConfig>,
    /// Only if the plugin is told.
    cluster: Option<Cluster>,
    policy: ExecPolicy,
    search_path: Option<OsString>,
    timeout: Duration,
}

/// What a plugin may be told of its cluster.
#[derive(Clone, PartialEq)]
struct Cluster {
    server: String,
    server_name: Option<String>,
    insecure: bool,
    ca: Option<Pem>,
    proxy: Option<Secret>,
    disable_compression: bool,
    extension: Option<Hidden>,
}

#[derive(Default)]
struct State {
    last: Option<Credential>,
    /// A server refused it.
    refused: bool,
    ran: Option<Instant>,
    running: Option<watch::Receiver<Option<Outcome>>>,
}

type Outcome = Result<Credential, AuthError>;

/// A certificate is not told from the one before by a request that came without a header. So a refusal that soon after a run is taken for one of the former certificate.
const SOON: Duration = Duration::from_secs(10);

/// The plugins in use. Whoever uses one owns it; here they are only found.
static PLUGINS: Mutex<Vec<Weak<Plugin>>> = Mutex::new(Vec::new());

impl Plugin {
    /// The plugin of such configs.
    pub(super) fn of(exec: &Arc<ExecConfig>, config: &Config, surroundings: &Surroundings) -> Arc<Self> {
        let about = About::of(exec, config);
        let mut plugins = PLUGINS.lock();
        plugins.retain(|plugin| plugin.strong_count() > 0);
        if let Some(plugin) = plugins.iter().filter_map(Weak::upgrade).find(|plugin| plugin.about == about) {
            return plugin;
        }
        let (state, listeners) = Default::default();
        let plugin = Arc::new(Self { about, surroundings: surroundings.clone(), state, listeners });
        plugins.push(Arc::downgrade(&plugin));
        plugin
    }

    /// What it gave, or gives now.
    pub(super) async fn credential(self: &Arc<Self>, now: Timestamp) -> Outcome {
        loop {
            let mut run = {
                let mut state = self.state.lock();
                if let Some(last) = state.usable(now) {
                    return Ok(last.clone());
                }
                state.running.get_or_insert_with(|| self.start()).clone()
            };
            // The channel closes without an outcome if the runtime of the run has ended; then it is run on this one.
            match run.wait_for(Option::is_some).await.map(|outcome| outcome.clone()) {
                Ok(Some(outcome)) => return outcome,
                Ok(None) | Err(_) => self.state.lock().running.take_if(|running| running.same_channel(&run)),
            };
        }
    }

    /// What it gave last, be it expired.
    pub(super) fn last(&self) -> Option<Credential> {
        self.state.lock().last.clone()
    }

    /// A 401 came to a request with this header, or without one.
    pub(super) fn refused(&self, used: Option<&HeaderValue>) {
        let mut state = self.state.lock();
        let is_last = state.last.as_ref().is_some_and(|last| last.header.as_ref() == used);
        let is_late = used.is_none() && state.ran.is_some_and(|ran| ran.elapsed() < SOON);
        state.refused |= is_last && !is_late;
    }

    fn start(self: &Arc<Self>) -> watch::Receiver<Option<Outcome>> {
        let (done, running) = watch::channel(None);
        let plugin = Arc::clone(self);
        tokio::spawn(async move {
            let begun = Instant::now();
            let outcome = run::run(&plugin.about, plugin.surroundings.has_terminal).await;
            plugin.listeners.tell(&PluginRan {
                command: plugin.about.exec.command.clone(),
                outcome: PluginOutcome::of(outcome.as_ref().err()),
                lasted: begun.elapsed(),
            });
            let mut state = plugin.state.lock();
            if let Ok(credential) = &outcome {
                (state.last, state.refused) = (Some(credential.clone()), false);
            }
            (state.ran, state.running) = (Some(Instant::now()), None);
            drop(state);
            done.send_replace(Some(outcome));
        });
        running
    }
}

impl State {
    fn usable(&self, now: Timestamp) -> Option<&Credential> {
        let fresh = |last: &&Credential| last.expires.is_none_or(|expires| now < expires);
        self.last.as_ref().filter(|_| !self.refused).filter(fresh)
    }
}

impl About {
    fn of(exec: &Arc<ExecConfig>, config: &Config) -> Self {
        let cluster = exec.provide_cluster_info.then(|| Cluster {
            server: config.server().to_string().trim_end_matches('/').to_owned(),
            server_name: config.server_name.clone(),
            insecure: config.insecure,
            ca: config.ca.clone(),
            proxy: config.proxy.as_ref().map(|proxy| proxy.url().clone()),
            disable_compression: !config.compression,
            extension: exec.cluster_extension.clone(),
        });
        Self {
            exec: Arc::clone(exec),
            cluster,
            policy: config.exec_policy.clone(),
            search_path: config.search_path.clone(),
            timeout: config.timeouts.exec,
        }
    }
}
