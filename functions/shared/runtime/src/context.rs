//! The macro that makes a function's context of exactly the ports that it names.

/// Declares what a function may do: a type with the ports named, which implements exactly the core's traits of those
/// ports, and always `Clock` and `Ids`. A step that needs more does not compile.
///
/// `context!(Context: writes, vault, queues)` makes `Context` and `Context::open`, which builds it from the
/// environment. The names are those of the modules of [`crate::ports`].
#[macro_export]
macro_rules! context {
    ($name:ident: $($port:ident),+ $(,)?) => {
        /// What this function may do.
        struct $name {
            base: $crate::base::Base,
            $($port: $crate::ports::$port::Adapter,)+
        }

        impl $name {
            /// Builds the ports from the environment.
            async fn open() -> $crate::core::Result<Self> {
                Self::over($crate::base::Base::open(&[$($crate::ports::$port::NEEDS),+])?).await
            }

            /// Builds the ports over what they share.
            async fn over(base: $crate::base::Base) -> $crate::core::Result<Self> {
                Ok(Self { $($port: $crate::ports::$port::build(&base).await?,)+ base })
            }
        }

        impl $crate::core::ports::Clock for $name {
            fn now(&self) -> $crate::core::time::Timestamp {
                $crate::core::ports::Clock::now(&self.base.clock)
            }
        }

        impl $crate::core::ports::Ids for $name {
            fn fresh(&self) -> String {
                $crate::core::ports::Ids::fresh(&self.base.ids)
            }
        }

        $($crate::delegate!($port $name);)+
    };
}

/// Implements the traits of one port by delegation; used by [`context!`].
#[doc(hidden)]
#[macro_export]
macro_rules! delegate {
    (@port $name:ident $field:ident $trait:ident {
        $(fn $method:ident($($arg:ident: $type:ty),*) -> $output:ty;)+
    }) => {
        impl $crate::core::ports::$trait for $name {
            $(
                fn $method(&self, $($arg: $type),*) -> impl Future<Output = $crate::core::Result<$output>> + Send {
                    $crate::core::ports::$trait::$method(&self.$field, $($arg),*)
                }
            )+
        }
    };
    (@renewed $name:ident $field:ident $trait:ident {
        $(fn $method:ident($($arg:ident: $type:ty),*) -> $output:ty;)+
    }) => {
        impl $crate::core::ports::$trait for $name {
            $(
                async fn $method(&self, $($arg: $type),*) -> $crate::core::Result<$output> {
                    let adapter = self.$field.current().await;
                    $crate::core::ports::$trait::$method(&*adapter, $($arg),*).await
                }
            )+
        }
    };
    (@read $name:ident $field:ident) => {
        impl $crate::core::ports::ReadStore for $name {
            async fn get(
                &self,
                slot: &$crate::core::slot::Slot,
            ) -> $crate::core::Result<Option<$crate::core::ports::Stored>> {
                $crate::telemetry::about(slot);
                $crate::core::ports::ReadStore::get(&self.$field, slot).await
            }

            async fn list(
                &self,
                list: &$crate::core::slot::List,
            ) -> $crate::core::Result<Vec<$crate::core::ports::Stored>> {
                $crate::core::ports::ReadStore::list(&self.$field, list).await
            }
        }
    };
    (reads $name:ident) => {
        $crate::delegate!(@read $name reads);
    };
    (writes $name:ident) => {
        $crate::delegate!(@read $name writes);
        impl $crate::core::ports::WriteStore for $name {
            async fn commit(&self, writes: Vec<$crate::core::ports::Write>) -> $crate::core::Result<()> {
                writes.iter().for_each(|write| $crate::telemetry::about(&write.slot));
                $crate::core::ports::WriteStore::commit(&self.writes, writes).await
            }
        }
    };
    (due $name:ident) => {
        $crate::delegate!(@port $name due DueIndex {
            fn due(shard: u8, until: $crate::core::time::Timestamp, limit: usize) -> Vec<$crate::core::outbox::Due>;
        });
    };
    (configs $name:ident) => {
        $crate::delegate!(@port $name configs Configs {
            fn active() -> std::sync::Arc<$crate::core::config::LoadedConfig>;
            fn pinned(version: &$crate::core::digest::Digest) -> std::sync::Arc<$crate::core::config::LoadedConfig>;
        });
    };
    (vault $name:ident) => {
        $crate::delegate!(@port $name vault Vault {
            fn seal(owner: &$crate::core::ports::KeyOwner, purpose: &str, plain: &str)
                -> $crate::core::ports::Sealed;
            fn open(owner: &$crate::core::ports::KeyOwner, purpose: &str, sealed: &$crate::core::ports::Sealed)
                -> String;
        });
    };
    (queues $name:ident) => {
        $crate::delegate!(@port $name queues Queues {
            fn send(queue: $crate::core::job::Queue, envelope: &$crate::core::job::Envelope) -> ();
            fn send_later(queue: $crate::core::job::Queue, envelope: &$crate::core::job::Envelope, seconds: u16)
                -> ();
        });
    };
    (workflows $name:ident) => {
        $crate::delegate!(@port $name workflows Workflows {
            fn start(definition: &str, name: &str, input: &$crate::ports::Json) -> ();
        });
    };
    (tokens $name:ident) => {
        $crate::delegate!(@port $name tokens TaskTokens {
            fn succeed(token: &str, output: &$crate::ports::Json) -> $crate::core::ports::Spent;
        });
    };
    (hris $name:ident) => {
        $crate::delegate!(@renewed $name hris Hris {
            fn employee(id: &str) -> Option<$crate::core::facts::EmployeeFacts>;
            fn employees() -> Vec<$crate::core::person::Employee>;
            fn leave() -> Vec<$crate::core::person::Leave>;
        });
    };
    (directory $name:ident) => {
        $crate::delegate!(@renewed $name directory Directory {
            fn user(id: &str) -> Option<$crate::core::facts::DirectoryUser>;
            fn users() -> Vec<$crate::core::person::DirectoryAccount>;
            fn members(group: &str) -> Option<Vec<String>>;
        });
    };
    (access $name:ident) => {
        $crate::delegate!(@renewed $name access Access {
            fn grant(target: &$crate::core::facts::AccessTarget) -> ();
            fn revoke(target: &$crate::core::facts::AccessTarget) -> ();
            fn holds(target: &$crate::core::facts::AccessTarget) -> bool;
        });
    };
    (chat $name:ident) => {
        $crate::delegate!(@renewed $name chat Chat {
            fn post(to: &$crate::core::person::ChatUser, card: &$crate::core::card::Card)
                -> $crate::core::card::CopyAddress;
            fn find(to: &$crate::core::person::ChatUser, value: &str) -> Option<$crate::core::card::CopyAddress>;
            fn update(copy: &$crate::core::card::CopyAddress, card: &$crate::core::card::Card) -> ();
            fn whisper(to: &$crate::core::person::ChatUser, place: Option<&str>, card: &$crate::core::card::Card)
                -> ();
            fn fill_modal(external_id: &str, modal: &$crate::core::card::Modal) -> ();
            fn accounts() -> Vec<$crate::core::person::ChatAccount>;
        });
    };
    (salt $name:ident) => {
        impl $crate::core::ports::Salt for $name {
            fn salt(&self) -> &str {
                &self.salt
            }
        }
    };
    (triage $name:ident) => {
        impl $crate::core::ports::Triage for $name {
            fn understand(
                &self,
                config: &$crate::core::config::Config,
                text: &str,
                now: $crate::core::time::Timestamp,
            ) -> Vec<$crate::core::message::Ask> {
                $crate::core::ports::Triage::understand(&self.triage, config, text, now)
            }

            fn version(&self) -> String {
                $crate::core::ports::Triage::version(&self.triage)
            }

            fn certified(&self) -> Vec<$crate::core::policy::autonomy::Certified> {
                $crate::core::ports::Triage::certified(&self.triage)
            }

            fn renew(&self) -> impl Future<Output = ()> + Send {
                $crate::core::ports::Triage::renew(&self.triage)
            }
        }
    };
    (trainer $name:ident) => {
        impl $crate::core::ports::Trainer for $name {
            fn base(&self) -> String {
                $crate::core::ports::Trainer::base(&self.trainer)
            }

            fn train(
                &self,
                config: &$crate::core::config::Config,
                course: &$crate::core::learning::Course,
            ) -> $crate::core::Result<$crate::core::learning::Trained> {
                $crate::core::ports::Trainer::train(&self.trainer, config, course)
            }
        }
    };
    (models $name:ident) => {
        $crate::delegate!(@port $name models WriteModels {
            fn keep(version: &$crate::core::digest::Digest, model: &[u8]) -> ();
        });
    };
    (second $name:ident) => {
        impl $crate::core::ports::SecondReader for $name {
            fn second(
                &self,
                config: &$crate::core::config::Config,
                text: &str,
            ) -> impl Future<Output = $crate::core::opinion::Second> + Send {
                $crate::core::ports::SecondReader::second(&self.second, config, text)
            }

            fn name(&self) -> Option<&str> {
                $crate::core::ports::SecondReader::name(&self.second)
            }
        }
    };
    (bearers $name:ident) => {
        impl AsRef<$crate::ports::bearers::Adapter> for $name {
            fn as_ref(&self) -> &$crate::ports::bearers::Adapter {
                &self.bearers
            }
        }
    };
    (slack $name:ident) => {
        impl AsRef<$crate::ports::slack::Adapter> for $name {
            fn as_ref(&self) -> &$crate::ports::slack::Adapter {
                &self.slack
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use crate::{base::Base, env::Env};
    use countersign_core::{
        Error, Result,
        ids::RequestId,
        ports::{Action, Clock, Expect, Ids, ReadStore, Salt, Stored, Write, WriteStore},
        slot::{List, Slot},
    };
    use tracing::Instrument;

    crate::context!(Least: salt);

    fn base() -> Base {
        let names = ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "COUNTERSIGN_SALT"];
        let names = names.into_iter().chain(["COUNTERSIGN_TABLE", "COUNTERSIGN_KEY_ID"]);
        let value = |name| if name == "AWS_REGION" { "eu-central-1".into() } else { format!("some {name}") };
        let env: Env = names.map(|name| (name.to_owned(), value(name))).collect();
        Base::of(env, &[]).unwrap()
    }

    /// What a start without any setting must say.
    fn names_all(refused: Option<Error>, names: &[&str]) {
        let why = refused.unwrap().to_string();
        assert!(names.iter().all(|name| why.contains(name)), "{why}");
    }

    #[tokio::test]
    async fn a_context_has_what_it_names() {
        fn may(_: &(impl Clock + Ids + Salt)) {}
        let least = Least::over(base()).await.unwrap();
        may(&least);
        assert_eq!(least.salt(), "some COUNTERSIGN_SALT");
        assert_ne!(least.fresh(), least.fresh());
    }

    /// A store that holds nothing.
    struct Nothing;

    impl ReadStore for Nothing {
        async fn get(&self, _: &Slot) -> Result<Option<Stored>> {
            Ok(None)
        }

        async fn list(&self, _: &List) -> Result<Vec<Stored>> {
            Ok(Vec::new())
        }
    }

    impl WriteStore for Nothing {
        async fn commit(&self, _: Vec<Write>) -> Result<()> {
            Ok(())
        }
    }

    struct Writer {
        writes: Nothing,
    }

    crate::delegate!(writes Writer);

    #[tokio::test]
    async fn the_request_that_is_read_or_written_is_in_the_log() {
        let writer = Writer { writes: Nothing };
        let request = Slot::Request(RequestId::derived(&["r"]));
        let gate = Slot::Gate(RequestId::derived(&["r"]), 1);
        let other = Slot::Words(RequestId::derived(&["r"]));
        let check = |slot: &Slot| Write { slot: slot.clone(), expect: Expect::Any, action: Action::Check };
        for (slot, named) in [(&request, true), (&gate, true), (&other, false)] {
            let read = logged(async { drop(writer.get(slot).await) }).await;
            let written = logged(async { drop(writer.commit(vec![check(slot)]).await) }).await;
            for lines in [read, written] {
                let id = lines[0]["span"].get("request.id").and_then(serde_json::Value::as_str);
                assert_eq!(id.is_some(), named, "{slot:?}: {lines:?}");
            }
        }
        let listed = logged(async { drop(writer.list(&List::Quarantine).await) }).await;
        assert_eq!(listed.len(), 1);
    }

    /// The lines of a call whose request is not known before `done` reads it.
    async fn logged(done: impl Future<Output = ()>) -> Vec<serde_json::Value> {
        let span = || tracing::info_span!("invocation", request.id = tracing::field::Empty);
        let told = async {
            done.await;
            tracing::info!("handled");
        };
        crate::telemetry::tests::lines_of(async { told.instrument(span()).await }).await
    }

    #[tokio::test]
    async fn a_context_does_not_open_without_its_settings() {
        names_all(Least::open().await.err(), &[crate::env::SALT]);
    }

    #[cfg(all(feature = "dynamodb", feature = "kms", feature = "sfn", feature = "sqs"))]
    mod on_aws {
        use super::{base, names_all};
        use crate::env::{KEY_ID, SALT, TABLE};
        use countersign_core::{
            Error,
            job::{Envelope, Queue},
            ports::{
                Clock, Configs, DueIndex, Ids, Queues, ReadStore, Salt, TaskTokens, Vault, Workflows,
                WriteStore,
            },
        };

        crate::context!(Reader: reads);
        crate::context!(Everything: writes, due, configs, vault, queues, workflows, tokens, salt);

        fn reads(_: &(impl ReadStore + Clock + Ids)) {}

        fn does<C>(_: &C)
        where
            C: WriteStore + DueIndex + Configs + Vault + Queues + Workflows + TaskTokens + Salt + Clock + Ids,
        {
        }

        #[tokio::test]
        async fn what_is_named_may_be_done_and_only_where_it_is_set_up() {
            reads(&Reader::over(base()).await.unwrap());
            let everything = Everything::over(base()).await.unwrap();
            does(&everything);
            let sent = everything.send(Queue::Tokens, &Envelope::nudge("o", "k")).await;
            assert!(matches!(sent, Err(Error::Broken(why)) if why.contains("tokens")));
            let started = everything.start("access-request", "R-1.1", &serde_json::Value::Null).await;
            assert!(matches!(started, Err(Error::Invalid { .. })));
            names_all(Reader::open().await.err(), &[TABLE]);
            names_all(Everything::open().await.err(), &[KEY_ID, SALT, TABLE]);
        }
    }

    #[cfg(all(feature = "bamboohr", feature = "chat", feature = "oidc", feature = "okta"))]
    mod outside {
        use super::names_all;
        use crate::env::{BAMBOOHR_URL, OIDC_ISSUER, OKTA_SECRET_ID, SLACK_TEAM};
        use crate::ports::{bearers::Adapter as Bearers, slack::Adapter as Slack};
        use countersign_core::ports::{Access, Chat, Directory, Hris};

        crate::context!(Outside: hris, directory, access, chat, bearers, slack);

        fn does(_: &(impl Hris + Directory + Access + Chat + AsRef<Bearers> + AsRef<Slack>)) {}

        #[tokio::test]
        async fn what_is_named_may_be_done() {
            let opened = Outside::open().await;
            opened.iter().for_each(does);
            names_all(opened.err(), &[BAMBOOHR_URL, OIDC_ISSUER, OKTA_SECRET_ID, SLACK_TEAM]);
        }
    }
}
