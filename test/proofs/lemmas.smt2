; What the proofs about money take for granted of multiplication and division, proved over the integers: `Proof._part` states
; the same of the contract's 256-bit words, which is what they are as long as nothing is lost beyond 2^256 (lemma 1).
; Each check must answer unsat: there is no counterexample.
(declare-const amount Int)
(declare-const bps Int)
(declare-const quotient Int)
(declare-const remainder Int)
(assert (and (<= 0 amount) (< amount 340282366920938463463374607431768211456))) ; less than 2^128
(assert (and (<= 0 bps) (< bps 65536))) ; less than 2^16

(echo "amount * bps stays below 2^256")
(push)
(assert (>= (* amount bps) 115792089237316195423570985008687907853269984665640564039457584007913129639936))
(check-sat)
(pop)

(echo "amount * bps / 10,000 is at most amount, for rates up to 10,000")
(push)
(assert (<= bps 10000))
(assert (= (* amount bps) (+ (* 10000 quotient) remainder)))
(assert (and (<= 0 remainder) (< remainder 10000)))
(assert (> quotient amount))
(check-sat)
(pop)

(echo "amount * bps / bps is amount")
(push)
(assert (> bps 0))
(assert (= (* amount bps) (+ (* bps quotient) remainder)))
(assert (and (<= 0 remainder) (< remainder bps)))
(assert (not (= quotient amount)))
(check-sat)
(pop)

(echo "amount * bps / amount is bps")
(push)
(assert (> amount 0))
(assert (= (* amount bps) (+ (* amount quotient) remainder)))
(assert (and (<= 0 remainder) (< remainder amount)))
(assert (not (= quotient bps)))
(check-sat)
(pop)

(echo "nothing of something, and something of nothing, is nothing")
(push)
(assert (or (= amount 0) (= bps 0)))
(assert (not (= (* amount bps) 0)))
(check-sat)
(pop)
