//! `/init` and `/apps`: what clients need of apps (Butterbase appendix A).

pub mod delete;
pub mod init;
pub mod list;
pub mod status;

use ramekin_model::Provisioning;

/// `provisioning_status` on the wire.
fn status(database: &Provisioning) -> &'static str {
    match database {
        Provisioning::Pending => "provisioning",
        Provisioning::Ready => "ready",
        Provisioning::Failed(_) => "failed",
    }
}
