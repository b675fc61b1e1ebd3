//! What can be said of a campaign on the command line.

use clap::{Args, ValueEnum};

use crate::entities::campaigns::{CampaignFields, CampaignStatus, Clearable};
use crate::model::{Day, Micros};

/// What a campaign may have from the start.
#[derive(Debug, Args)]
pub(super) struct Details {
    /// In your words
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// Who is responsible
    #[arg(long, value_name = "NAME")]
    owner: Option<String>,
    /// What it may cost, in the account's currency, for example 12500.50
    #[arg(long, value_name = "AMOUNT")]
    budget: Option<Micros>,
    /// Its first day
    #[arg(long, value_name = "DAY")]
    start: Option<Day>,
    /// Its last day
    #[arg(long, value_name = "DAY")]
    end: Option<Day>,
    /// Where it was booked
    #[arg(long, value_name = "NAME")]
    platform: Option<String>,
    /// Its id there
    #[arg(long, value_name = "ID")]
    external_id: Option<String>,
}

/// What can only be changed.
#[derive(Debug, Default, Args)]
pub(super) struct Changes {
    /// New name
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Whether it runs
    #[arg(long, value_name = "STATUS")]
    status: Option<Status>,
    /// What is not known any more, separated by commas
    #[arg(long, value_name = "FIELD", value_delimiter = ',')]
    clear: Vec<Field>,
}

/// Whether a campaign runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Status {
    Active,
    Paused,
    Archived,
}

impl From<Status> for CampaignStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Active => Self::Active,
            Status::Paused => Self::Paused,
            Status::Archived => Self::Archived,
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Field {
    Description,
    Owner,
    Budget,
    StartDate,
    EndDate,
    Platform,
    ExternalId,
}

impl From<Field> for Clearable {
    fn from(field: Field) -> Self {
        match field {
            Field::Description => Self::Description,
            Field::Owner => Self::Owner,
            Field::Budget => Self::Budget,
            Field::StartDate => Self::StartDate,
            Field::EndDate => Self::EndDate,
            Field::Platform => Self::Platform,
            Field::ExternalId => Self::ExternalId,
        }
    }
}

impl Changes {
    pub(super) fn named(name: String) -> Self {
        Self { name: Some(name), ..Self::default() }
    }
}

impl Details {
    pub(super) fn fields(self, changes: Changes) -> CampaignFields {
        CampaignFields {
            name: changes.name,
            status: changes.status.map(CampaignStatus::from),
            description: self.description,
            owner: self.owner,
            budget_micros: self.budget,
            start_date: self.start,
            end_date: self.end,
            platform: self.platform,
            external_id: self.external_id,
            clear: changes.clear.into_iter().map(Clearable::from).collect(),
        }
    }
}
