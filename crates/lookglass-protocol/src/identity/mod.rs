//! Who a request comes from: certificates, tokens, nobody.
