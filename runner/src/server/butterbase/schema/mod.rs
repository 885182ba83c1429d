//! `/v1/{app}/schema`: the tables of an app (Butterbase appendix A).

pub mod apply;
pub mod get;
pub mod migrations;
