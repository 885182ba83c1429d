//! What the server does, apart from any wire: each operation exists once, for every dialect, the command line and the
//! triggers. Nothing here knows HTTP.

pub mod app_users;
pub mod apps;
pub mod audit;
pub mod auth;
pub mod call;
pub mod configuration;
pub mod deploy;
pub mod environment;
pub mod functions;
pub mod logs;
pub mod page;
pub mod rls;
pub mod rotation;
pub mod schema;
pub mod sql_text;
