//! A user's fields: where each sits, and values as parts of the slot's text.

/// Part of a slot's text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Span {
    pub(super) start: u32,
    pub(super) end: u32,
}

impl Span {
    pub(super) fn new(start: usize, end: usize) -> Span {
        Span { start: start as u32, end: end as u32 }
    }

    pub(super) fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// The text it stands for.
    pub fn of(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize).unwrap_or_default()
    }
}

/// A user value; texts and objects are kept by the slot.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) enum Val {
    #[default]
    Undefined,
    Null,
    Bool(bool),
    Num(f64),
    Str(Span),
    /// JSON of an array or object, not parsed yet.
    Raw(Span),
    /// Index into the slot's objects.
    Object(u32),
}

/// Where a field sits in the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    Top,
    Custom,
    Private,
    CustomIds,
    /// Custom IDs that overrides and reading by exact name find.
    InheritedIds,
    /// Custom IDs that only reading by exact name finds.
    HiddenIds,
    Environment,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    pub(super) scope: Scope,
    pub(super) key: Span,
    pub(super) value: Val,
}

/// Where what a condition compares was found, for explanations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Nowhere,
    Top,
    Custom,
    Private,
    Environment,
    UnitId,
    Ip,
    PrivateIp,
    UserAgent,
    PrivateUserAgent,
    Time,
    Bucket,
    App,
    Group,
}

impl Place {
    /// As explanations name it: `Place` of `src/engine/trace.ts`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Place::Nowhere => "nowhere",
            Place::Top => "user",
            Place::Custom => "custom",
            Place::Private => "private",
            Place::Environment => "environment",
            Place::UnitId => "unitID",
            Place::Ip => "ip",
            Place::PrivateIp => "private ip",
            Place::UserAgent => "userAgent",
            Place::PrivateUserAgent => "private userAgent",
            Place::Time => "time",
            Place::Bucket => "bucket",
            Place::App => "app",
            Place::Group => "group",
        }
    }

    /// What is derived from the IP address that stands here.
    pub(crate) fn of_ip(self) -> Place {
        if self == Place::Private {
            Place::PrivateIp
        } else {
            Place::Ip
        }
    }

    /// What is derived from the user agent that stands here.
    pub(crate) fn of_agent(self) -> Place {
        if self == Place::Private {
            Place::PrivateUserAgent
        } else {
            Place::UserAgent
        }
    }
}
