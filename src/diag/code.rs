//! The codes of diagnostics. Each has a heading in `docs/reference.md`.

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// What kind of mistake a diagnostic is about.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $($(#[$doc])* $variant,)*
        }

        impl Code {
            /// All codes.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The kebab-case name in messages and in the reference.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

codes! {
    /// The file is no TOML.
    Syntax = "syntax",
    /// The file is larger than a policy can be.
    FileTooLarge = "file-too-large",
    /// The file was written for another version of the format.
    UnsupportedVersion = "unsupported-version",
    /// No such key.
    UnknownKey = "unknown-key",
    /// A key without which nothing can be done.
    MissingKey = "missing-key",
    /// A value of the wrong TOML type.
    WrongType = "wrong-type",
    /// A word that is none of those allowed here.
    UnknownWord = "unknown-word",
    /// A number outside of what makes sense.
    OutOfRange = "out-of-range",
    /// A size, time, rate or share without its unit.
    MissingUnit = "missing-unit",
    /// A quantity that cannot be read.
    BadQuantity = "bad-quantity",
    /// No such gauge or statistic.
    UnknownMetric = "unknown-metric",
    /// A gauge and a statistic that do not go together.
    ImpossibleMetric = "impossible-metric",
    /// A rule that limits nothing.
    RuleWithoutLimit = "rule-without-limit",
    /// Growth in percent without an absolute floor.
    RelativeOnly = "relative-only",
    /// A rule that no measurement of this scenario can break.
    RuleNeverMatches = "rule-never-matches",
    /// Two rules of one file about the same thing.
    DuplicateRule = "duplicate-rule",
    /// A pattern that cannot be compiled.
    BadPattern = "bad-pattern",
    /// A date that is none.
    BadDate = "bad-date",
    /// A waiver that covers nothing.
    WaiverWithoutSubject = "waiver-without-subject",
    /// A URL that cannot be requested.
    BadUrl = "bad-url",
    /// A path that cannot be requested.
    BadPath = "bad-path",
    /// A header that cannot be sent.
    BadHeader = "bad-header",
    /// Requests that cannot be split into equal rounds.
    UnequalRounds = "unequal-rounds",
    /// Too few rounds to see a slope.
    TooFewRounds = "too-few-rounds",
    /// Two methods, bodies or behaviours where one can be.
    Conflict = "conflict",
    /// A request without method and path.
    MissingMethod = "missing-method",
    /// A `{name}` that no field stands for.
    UnknownField = "unknown-field",
    /// A field that no template uses.
    UnusedField = "unused-field",
    /// A request and an ugly payload of the same name.
    DuplicateName = "duplicate-name",
    /// A name that would not survive in file names and reports.
    BadName = "bad-name",
    /// `extends` names a file that cannot be read.
    UnreadablePolicy = "unreadable-policy",
    /// `extends` comes back to a file that it came from.
    CyclicExtends = "cyclic-extends",
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}
