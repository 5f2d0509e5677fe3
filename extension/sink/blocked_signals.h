// blocked_signals.h: threads that a library starts inherit the signal mask; PostgreSQL's handlers
// must run in none of them.
#ifndef PENSTOCK_SINK_BLOCKED_SIGNALS_H
#define PENSTOCK_SINK_BLOCKED_SIGNALS_H

#include <pthread.h>
#include <signal.h>

namespace penstock::sink {

class BlockedSignals {
 public:
  BlockedSignals() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old_);
  }
  ~BlockedSignals() { pthread_sigmask(SIG_SETMASK, &old_, nullptr); }
  BlockedSignals(const BlockedSignals&) = delete;
  BlockedSignals& operator=(const BlockedSignals&) = delete;

 private:
  sigset_t old_;
};

}  // namespace penstock::sink

#endif
