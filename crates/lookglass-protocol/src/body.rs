//! Bodies of requests, made JSON whatever they came as.
