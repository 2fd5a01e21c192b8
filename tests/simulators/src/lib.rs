//! The outside world of Countersign as loopback HTTP servers: real API shapes, state and faults.

pub mod bamboohr;
pub mod faults;
pub mod issuer;
pub mod okta;
pub mod outgoing;
pub mod serve;
pub mod slack;
pub mod world;
