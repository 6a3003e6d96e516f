// Parts whose state is kept over a restart.
#pragma once

#include "mxpulse/store.hpp"

namespace mxpulse::daemon {

// On the loop's thread. All parts are gathered in the same moment, so that a batch never holds an effect without its cause.
class Kept {
 public:
  virtual ~Kept() = default;

  // From now on remembers what changes.
  virtual void begin_keeping() = 0;
  // Whether so much changed that it cannot say what: the next batch must be of everything.
  virtual bool lost_count() const { return false; }
  // Adds what changed since it was last gathered; all there is to a batch of everything. To the last one of an orderly end,
  // which Saved::orderly tells, what is not worth a batch of its own.
  virtual void gather(Batch& batch) = 0;
  // The batch was not written: what it held must be gathered again.
  virtual void not_written(const Batch& batch) = 0;
  virtual void written(const Batch& /*batch*/) {}
};

}  // namespace mxpulse::daemon
