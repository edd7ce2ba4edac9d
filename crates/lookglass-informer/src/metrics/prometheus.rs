//! The adapter for Prometheus: [`Exporter`].

use std::fmt;
use std::sync::{Arc, Weak};

use parking_lot::Mutex;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use thiserror::Error;

use self::sealed::{Alive, Sealed};
use super::{FAMILIES, MetricFamily, MetricKind, MetricSample, of_process};
use crate::shared::Life;
use crate::{Informer, SharedInformer};

/// Shows informers in a registry of `prometheus-client`. A handle: clones show the same informers.
///
/// It reads the numbers when it is scraped. It keeps no informer: one whose last handle is gone is no longer shown.
///
/// ```
/// # fn example(pods: &lookglass_informer::SharedInformer<k8s_openapi::api::core::v1::Pod>) -> Result<(), Box<dyn std::error::Error>> {
/// use lookglass_informer::metrics::Exporter;
/// use prometheus_client::{encoding::text, registry::Registry};
///
/// let exporter = Exporter::new();
/// exporter.add(pods)?;
/// let mut registry = Registry::default();
/// registry.register_collector(Box::new(exporter));
///
/// let mut page = String::new();
/// text::encode(&mut page, &registry)?;
/// # Ok(()) }
/// ```
#[derive(Clone, Default)]
pub struct Exporter {
    informers: Arc<Mutex<Vec<Shown>>>,
}

struct Shown {
    name: Arc<str>,
    resource: String,
    /// Goes with the last handle of the informer.
    life: Weak<Life>,
}

impl Exporter {
    /// One that shows nothing yet but what the process shares.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Shows an informer, until its last handle is gone (of an [`Informer`]: until its run is over) or [`remove`](Self::remove) is called.
    ///
    /// # Errors
    ///
    /// Another informer of the same resource is shown under this name: their numbers could not be told apart.
    pub fn add(&self, informer: &impl HasMetrics) -> Result<(), NameTaken> {
        let Alive(life) = informer.alive();
        let core = life.core();
        let (name, resource) = (Arc::clone(&core.settings.name), core.gvr.group_resource());
        let mut informers = self.informers.lock();
        informers.retain(|shown| shown.life.strong_count() > 0);
        match informers.iter().find(|shown| shown.name == name && shown.resource == resource) {
            Some(shown) if std::ptr::eq(shown.life.as_ptr(), Arc::as_ptr(&life)) => {}
            Some(_) => return Err(NameTaken { name, resource }),
            None => informers.push(Shown { name, resource, life: Arc::downgrade(&life) }),
        }
        Ok(())
    }

    /// Shows an informer no longer.
    pub fn remove(&self, informer: &impl HasMetrics) {
        let Alive(life) = informer.alive();
        self.informers.lock().retain(|shown| !std::ptr::eq(shown.life.as_ptr(), Arc::as_ptr(&life)));
    }

    fn samples(&self) -> Vec<MetricSample> {
        // Collected first: reading takes locks of informers, and what is the last handle by now stops one as it goes.
        let lives: Vec<Arc<Life>> = self.informers.lock().iter().filter_map(|shown| shown.life.upgrade()).collect();
        let mut samples: Vec<MetricSample> = Vec::new();
        for sample in lives.iter().flat_map(|life| life.core().metrics()) {
            // What informers of one kind share, each of them tells.
            let is_shared = sample.family.labels.first() != Some(&"informer");
            let is_told =
                |told: &MetricSample| std::ptr::eq(told.family, sample.family) && told.labels == sample.labels;
            if !is_shared || !samples.iter().any(is_told) {
                samples.push(sample);
            }
        }
        samples.extend(of_process());
        samples
    }
}

/// What an [`Exporter`] can show: a [`SharedInformer`], and an [`Informer`] before it runs.
pub trait HasMetrics: Sealed {}

mod sealed {
    use super::{Arc, Life};

    /// Nobody else implements it.
    pub trait Sealed {
        fn alive(&self) -> Alive;
    }

    /// An informer that is there.
    #[expect(missing_debug_implementations, reason = "nobody else can name it")]
    pub struct Alive(pub(super) Arc<Life>);
}

impl<K: 'static> Sealed for SharedInformer<K> {
    fn alive(&self) -> Alive {
        Alive(Arc::clone(self.life()))
    }
}

impl<K: 'static> HasMetrics for SharedInformer<K> {}

impl<K: 'static> Sealed for Informer<K> {
    fn alive(&self) -> Alive {
        self.shared().alive()
    }
}

impl<K: 'static> HasMetrics for Informer<K> {}

impl Collector for Exporter {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let samples = self.samples();
        for family in FAMILIES {
            let mut of_family = samples.iter().filter(|sample| std::ptr::eq(sample.family, *family)).peekable();
            if of_family.peek().is_some() {
                encode(family, of_family, &mut encoder)?;
            }
        }
        Ok(())
    }
}

fn encode<'a>(
    family: &MetricFamily,
    samples: impl Iterator<Item = &'a MetricSample>,
    encoder: &mut DescriptorEncoder<'_>,
) -> fmt::Result {
    let kind = match family.kind {
        MetricKind::Counter => MetricType::Counter,
        MetricKind::Gauge => MetricType::Gauge,
    };
    // The encoder gives a counter its ending itself.
    let name = family.name.strip_suffix("_total").unwrap_or(family.name);
    let mut metric = encoder.encode_descriptor(name, family.help, None, kind)?;
    for sample in samples {
        let labels: Vec<(&str, &str)> =
            family.labels.iter().copied().zip(sample.labels.iter().map(String::as_str)).collect();
        let encode_value = |metric: &mut prometheus_client::encoding::MetricEncoder<'_>| match family.kind {
            MetricKind::Counter => metric.encode_counter::<NoLabelSet, _, u64>(&sample.value, None),
            MetricKind::Gauge => metric.encode_gauge(&sample.value),
        };
        if labels.is_empty() {
            encode_value(&mut metric)?;
        } else {
            encode_value(&mut metric.encode_family(&labels)?)?;
        }
    }
    Ok(())
}

impl fmt::Debug for Exporter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exporter").field("informers", &self.informers.lock().len()).finish()
    }
}

/// Another informer of the resource is shown under this name.
#[derive(Debug, Error)]
#[error("an informer of {resource} named {name:?} is shown already; name this one by `SharedInformerBuilder::name`")]
#[non_exhaustive]
pub struct NameTaken {
    /// The name.
    pub name: Arc<str>,
    /// The resource.
    pub resource: String,
}
