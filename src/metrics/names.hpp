// Every metric there is: name, type, labels, help. The exposition, the README and the tests take theirs from here.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace mxpulse::metrics {

enum class Type : std::uint8_t { kCounter, kGauge, kHistogram };

constexpr std::string_view label(Type type) {
  switch (type) {
    case Type::kCounter: return "counter";
    case Type::kGauge: return "gauge";
    case Type::kHistogram: return "histogram";
  }
  return "untyped";
}

struct Name {
  std::string_view name;
  Type type;
  std::string_view labels;  // comma-separated
  std::string_view help;
};

inline constexpr Name kBuildInfo{"mxpulse_build_info", Type::kGauge, "version", "Constant 1, labelled by the version."};
inline constexpr Name kBounces{"mxpulse_bounces_total", Type::kCounter, "class", "Delivery events read from feeds, by class."};
inline constexpr Name kDestinations{"mxpulse_destinations", Type::kGauge, "verdict",
                                    "Destinations watched, by what a sender would meet now."};
inline constexpr Name kProviderDestinations{
    "mxpulse_provider_destinations", Type::kGauge, "provider,verdict",
    "Destinations watched, by who runs their most preferred host; provider other: all beyond the 100 worst."};
inline constexpr Name kDestinationAvailable{"mxpulse_destination_available", Type::kGauge, "destination,provider",
                                            "1 if mail can be delivered (a backup host counts), 0 if not; absent while unknown."};
inline constexpr Name kDestinationStreak{"mxpulse_destination_no_answer_streak", Type::kGauge, "destination,provider",
                                         "How often in a row no address of the destination answered."};
inline constexpr Name kDestinationSince{"mxpulse_destination_no_answer_since_timestamp_seconds", Type::kGauge,
                                        "destination,provider",
                                        "Since when no address of the destination answers; absent without a streak."};
inline constexpr Name kDestinationCause{"mxpulse_destination_cause", Type::kGauge, "destination,provider,cause",
                                        "1 for the cause that decided the verdict."};
inline constexpr Name kDestinationBounces{"mxpulse_destination_bounces", Type::kGauge, "destination,provider",
                                          "Messages that found no answer within the watch window."};
inline constexpr Name kDestinationHost{"mxpulse_destination_host_preference", Type::kGauge, "destination,host",
                                       "Preference of each host that a sender would try, the lowest first."};
inline constexpr Name kHostAnswering{"mxpulse_host_answering", Type::kGauge, "host,address,provider",
                                     "1 if the host answers, 0 if not; absent while unknown."};
inline constexpr Name kHostStreak{"mxpulse_host_no_answer_streak", Type::kGauge, "host,address,provider", "No-answers in a row."};
inline constexpr Name kHostLastProbe{"mxpulse_host_last_probe_timestamp_seconds", Type::kGauge, "host,address,provider",
                                     "When a probe last said something about the host."};
inline constexpr Name kHostCause{"mxpulse_host_cause", Type::kGauge, "host,address,provider,cause",
                                 "1 for the cause of the last probe."};
inline constexpr Name kHostPhase{"mxpulse_host_phase_seconds", Type::kGauge, "host,address,provider,phase",
                                 "Time of each phase that the last probe completed."};
inline constexpr Name kProbes{"mxpulse_probes_total", Type::kCounter, "outcome,cause", "Probes ended, by outcome and cause."};
inline constexpr Name kProbeDuration{"mxpulse_probe_duration_seconds", Type::kHistogram, "phase",
                                     "Time of each completed phase of a probe."};
inline constexpr Name kProbesInFlight{"mxpulse_probes_in_flight", Type::kGauge, "", "Probes under way."};
inline constexpr Name kProbeLag{"mxpulse_probe_lag_seconds", Type::kHistogram, "",
                              "How late probes begin once they are due and the rate has room for them."};
inline constexpr Name kDnsQueries{"mxpulse_dns_queries_total", Type::kCounter, "result",
                                  "Queries sent to DNS servers, by result."};
inline constexpr Name kDnsCacheHits{"mxpulse_dns_cache_hits_total", Type::kCounter, "", "Lookups answered from the cache."};
inline constexpr Name kDnsStaleAnswers{"mxpulse_dns_stale_answers_total", Type::kCounter, "",
                                       "Lookups answered past their TTL because no server gave a fresh answer."};
inline constexpr Name kDnsDuration{"mxpulse_dns_query_duration_seconds", Type::kHistogram, "",
                                   "Time until a DNS server answered or was given up."};
inline constexpr Name kDnsAnswering{"mxpulse_dns_resolver_answering", Type::kGauge, "",
                                    "1 if our DNS servers answer, 0 if none does."};
inline constexpr Name kFeedLines{"mxpulse_feed_lines_total", Type::kCounter, "feed", "Lines read from the feed."};
inline constexpr Name kFeedLastEvent{"mxpulse_feed_last_event_timestamp_seconds", Type::kGauge, "feed",
                                     "When the feed last had a line."};
inline constexpr Name kFeedErrors{"mxpulse_feed_errors_total", Type::kCounter, "feed", "Times the feed could not be read."};
inline constexpr Name kDestinationsTracked{"mxpulse_destinations_tracked", Type::kGauge, "", "Destinations watched."};
inline constexpr Name kDestinationsExported{"mxpulse_destinations_exported", Type::kGauge, "",
                                            "Destinations with series of their own, worst first."};
inline constexpr Name kDestinationsOmitted{"mxpulse_destinations_omitted", Type::kGauge, "",
                                           "Destinations without series, for metrics.max_destinations."};
inline constexpr Name kDestinationHeld{"mxpulse_destination_held", Type::kGauge, "destination,provider",
                                       "1 if its mail is held, or would be in observe mode; absent without a bounce."};
inline constexpr Name kDestinationNextRetry{"mxpulse_destination_next_retry_timestamp_seconds", Type::kGauge,
                                            "destination,provider", "The next step of its retry schedule, while one runs."};
inline constexpr Name kDestinationExhausted{
    "mxpulse_destination_retries_exhausted", Type::kGauge, "destination,provider",
    "1 when the last step of its retry schedule found no answer either; absent without a bounce."};
inline constexpr Name kHolds{"mxpulse_holds", Type::kGauge, "mode", "Destinations held now; mode observe: that would be held."};
inline constexpr Name kHoldTransitions{"mxpulse_hold_transitions_total", Type::kCounter, "to",
                                       "Moves of the gate: held, trial, released, exhausted."};
inline constexpr Name kRetries{"mxpulse_retries_total", Type::kCounter, "result",
                               "Trial deliveries, by what the MTA's log says became of them."};
inline constexpr Name kVainAttempts{
    "mxpulse_vain_attempts_total", Type::kCounter, "gate",
    "Attempts that met no answer, by the gate of their destination then; held: in observe mode, what a hold would save."};
inline constexpr Name kRecoveryDetection{
    "mxpulse_recovery_detection_seconds", Type::kHistogram, "",
    "From our last no-answer to the answer that released a hold: at most so long a recovery went unseen."};
inline constexpr Name kGateErrors{"mxpulse_gate_errors_total", Type::kCounter, "",
                                  "Times holds could not be given to an MTA, which then delivers."};
inline constexpr Name kHostAnswersMtaOnly{"mxpulse_host_answers_mta_only", Type::kGauge, "host,address,provider",
                                          "1 if the host answers the MTA and not us; absent else. It is never held."};
inline constexpr Name kVantageImpaired{"mxpulse_vantage_impaired", Type::kGauge, "",
                                       "1 while our own connection is in doubt: no streak grows and nothing is held."};
inline constexpr Name kVantageFamilyImpaired{"mxpulse_vantage_family_impaired", Type::kGauge, "family",
                                             "The same of IPv4 and IPv6 alone."};
inline constexpr Name kControls{"mxpulse_controls", Type::kGauge, "", "Controls whose addresses are known."};
inline constexpr Name kControlsAnswering{"mxpulse_controls_answering", Type::kGauge, "",
                                         "Controls that answered when they were last asked."};
inline constexpr Name kWebhooks{
    "mxpulse_webhooks_total", Type::kCounter, "result",
    "Requests to webhooks: sent, retried (told again later), failed (given up), dropped (queue full)."};
inline constexpr Name kStoreErrors{"mxpulse_store_errors_total", Type::kCounter, "",
                                   "Writes to the store that went wrong; what they held is written again."};
inline constexpr Name kReloadSuccessful{"mxpulse_config_last_reload_successful", Type::kGauge, "",
                                        "1 if the configuration file in place is in force."};
inline constexpr Name kReloadTime{"mxpulse_config_last_reload_success_timestamp_seconds", Type::kGauge, "",
                                  "When the configuration in force was read."};
// The names every Prometheus client library gives the same of its process.
inline constexpr Name kProcessCpu{"process_cpu_seconds_total", Type::kCounter, "", "User and system CPU time spent."};
inline constexpr Name kProcessMemory{"process_resident_memory_bytes", Type::kGauge, "", "Resident memory."};
inline constexpr Name kProcessStart{"process_start_time_seconds", Type::kGauge, "", "When the process started."};
inline constexpr Name kProcessOpenFiles{"process_open_fds", Type::kGauge, "", "Open file descriptors."};
inline constexpr Name kProcessMaxFiles{"process_max_fds", Type::kGauge, "", "The limit of open file descriptors."};

inline constexpr std::array kAllNames{kBuildInfo,
                                      kBounces,
                                      kDestinations,
                                      kProviderDestinations,
                                      kDestinationAvailable,
                                      kDestinationStreak,
                                      kDestinationSince,
                                      kDestinationCause,
                                      kDestinationBounces,
                                      kDestinationHost,
                                      kHostAnswering,
                                      kHostStreak,
                                      kHostLastProbe,
                                      kHostCause,
                                      kHostPhase,
                                      kProbes,
                                      kProbeDuration,
                                      kProbesInFlight,
                                      kProbeLag,
                                      kDnsQueries,
                                      kDnsCacheHits,
                                      kDnsStaleAnswers,
                                      kDnsDuration,
                                      kDnsAnswering,
                                      kFeedLines,
                                      kFeedLastEvent,
                                      kFeedErrors,
                                      kDestinationsTracked,
                                      kDestinationsExported,
                                      kDestinationsOmitted,
                                      kDestinationHeld,
                                      kDestinationNextRetry,
                                      kDestinationExhausted,
                                      kHolds,
                                      kHoldTransitions,
                                      kRetries,
                                      kVainAttempts,
                                      kRecoveryDetection,
                                      kGateErrors,
                                      kHostAnswersMtaOnly,
                                      kVantageImpaired,
                                      kVantageFamilyImpaired,
                                      kControls,
                                      kControlsAnswering,
                                      kWebhooks,
                                      kStoreErrors,
                                      kReloadSuccessful,
                                      kReloadTime,
                                      kProcessCpu,
                                      kProcessMemory,
                                      kProcessStart,
                                      kProcessOpenFiles,
                                      kProcessMaxFiles};

}  // namespace mxpulse::metrics
