#include "bounce/delivery_report.hpp"

#include "bounce/report_fields.hpp"
#include "fuzz/event_promises.hpp"

using namespace mxpulse;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto events = bounce::read_delivery_report(fuzz::text_of(data, size));
  fuzz::must(events.size() <= bounce::kRecipientsMax, "the events have their bound");
  for (const auto& event : events) fuzz::check(event);
  return 0;
}
