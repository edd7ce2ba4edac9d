//! Everything that is served beside resources: discovery, version, health, metrics.
