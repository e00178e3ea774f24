// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";

/// @notice What the parties sign, written down a second time and in the plainest way (abi.encode), so that the contract's
/// hashing in assembly has something to be compared with.
library TypedData {
    string internal constant MILESTONE = "Milestone(uint128 amount,uint32 workPeriod)";

    function agreementType() internal pure returns (bytes memory) {
        return
            bytes.concat(
                "Agreement(address client,address freelancer,address arbiter,address token,",
                "address payoutTo,address refundTo,address verifier,address gate,address feeRecipient,",
                "uint16 feeBps,uint16 arbiterFeeBps,uint16 defaultShareBps,",
                "uint32 reviewPeriod,uint32 reworkPeriod,uint32 challengePeriod,uint32 arbitrationPeriod,",
                "uint40 fundBy,bytes32 details,Milestone[] milestones)",
                bytes(MILESTONE)
            );
    }

    // ------------------------------------------------------------------------------------------------------ domain

    function domainSeparator(uint256 chainId, address escrow) internal pure returns (bytes32) {
        return
            keccak256(
                abi.encode(
                    keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                    keccak256("MicroEscrow"),
                    keccak256("1"),
                    chainId,
                    escrow
                )
            );
    }

    function digest(bytes32 domain, bytes32 structHash) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(hex"1901", domain, structHash));
    }

    // --------------------------------------------------------------------------------------------------- agreement

    function scheduleHash(IMicroEscrow.Milestone[] memory schedule) internal pure returns (bytes32) {
        bytes memory hashes;
        for (uint256 i = 0; i < schedule.length; ++i) {
            hashes = bytes.concat(
                hashes,
                keccak256(abi.encode(keccak256(bytes(MILESTONE)), schedule[i].amount, schedule[i].workPeriod))
            );
        }
        return keccak256(hashes);
    }

    function agreementId(IMicroEscrow.Agreement memory a) internal pure returns (bytes32) {
        return
            keccak256(
                bytes.concat(
                    abi.encode(keccak256(agreementType()), a.client, a.freelancer, a.arbiter, a.token),
                    abi.encode(a.payoutTo, a.refundTo, a.verifier, a.gate, a.feeRecipient),
                    abi.encode(a.feeBps, a.arbiterFeeBps, a.defaultShareBps),
                    abi.encode(a.reviewPeriod, a.reworkPeriod, a.challengePeriod, a.arbitrationPeriod),
                    abi.encode(a.fundBy, a.details, a.milestones)
                )
            );
    }

    // ----------------------------------------------------------------------------------------------------- actions

    function close(bytes32 id, uint256 deadline) internal pure returns (bytes32) {
        return keccak256(abi.encode(keccak256("Close(bytes32 agreement,uint256 deadline)"), id, deadline));
    }

    function submit(
        bytes32 id,
        uint256 index,
        uint256 submission,
        bytes32 deliverable,
        uint256 deadline
    ) internal pure returns (bytes32) {
        bytes32 typehash = keccak256(
            "Submit(bytes32 agreement,uint256 milestone,uint256 submission,bytes32 deliverable,uint256 deadline)"
        );
        return keccak256(abi.encode(typehash, id, index, submission, deliverable, deadline));
    }

    function approve(
        bytes32 id,
        uint256 index,
        uint256 submission,
        uint128 amount,
        uint256 deadline
    ) internal pure returns (bytes32) {
        bytes32 typehash = keccak256(
            "Approve(bytes32 agreement,uint256 milestone,uint256 submission,uint128 amount,uint256 deadline)"
        );
        return keccak256(abi.encode(typehash, id, index, submission, amount, deadline));
    }

    function advance(
        bytes32 id,
        uint256 index,
        uint128 amount,
        uint128 remaining,
        uint256 deadline
    ) internal pure returns (bytes32) {
        bytes32 typehash = keccak256(
            "Advance(bytes32 agreement,uint256 milestone,uint128 amount,uint128 remaining,uint256 deadline)"
        );
        return keccak256(abi.encode(typehash, id, index, amount, remaining, deadline));
    }

    function requestChanges(
        bytes32 id,
        uint256 index,
        uint256 submission,
        bytes32 reason,
        uint256 deadline
    ) internal pure returns (bytes32) {
        bytes32 typehash = keccak256(
            "RequestChanges(bytes32 agreement,uint256 milestone,uint256 submission,bytes32 reason,uint256 deadline)"
        );
        return keccak256(abi.encode(typehash, id, index, submission, reason, deadline));
    }

    function attest(
        bytes32 id,
        uint256 index,
        uint256 submission,
        bool passed,
        bytes32 report,
        uint256 deadline
    ) internal pure returns (bytes32) {
        bytes32 typehash = keccak256(
            "Attest(bytes32 agreement,uint256 milestone,uint256 submission,bool passed,bytes32 report,uint256 deadline)"
        );
        return keccak256(abi.encode(typehash, id, index, submission, passed, report, deadline));
    }

    function extend(
        bytes32 id,
        uint256 index,
        uint256 submission,
        uint40 currentClock,
        uint40 newClock,
        uint256 deadline
    ) internal pure returns (bytes32) {
        bytes32 typehash = keccak256(
            "Extend(bytes32 agreement,uint256 milestone,uint256 submission,uint40 currentClock,uint40 newClock,"
            "uint256 deadline)"
        );
        return keccak256(abi.encode(typehash, id, index, submission, currentClock, newClock, deadline));
    }

    function dispute(
        bytes32 id,
        uint256 index,
        uint256 submission,
        bytes32 evidence,
        uint256 deadline
    ) internal pure returns (bytes32) {
        bytes32 typehash = keccak256(
            "Dispute(bytes32 agreement,uint256 milestone,uint256 submission,bytes32 evidence,uint256 deadline)"
        );
        return keccak256(abi.encode(typehash, id, index, submission, evidence, deadline));
    }

    function rule(
        bytes32 id,
        uint256 index,
        uint128 freelancerAmount,
        bytes32 reasoning,
        uint256 deadline
    ) internal pure returns (bytes32) {
        bytes32 typehash = keccak256(
            "Rule(bytes32 agreement,uint256 milestone,uint128 freelancerAmount,bytes32 reasoning,uint256 deadline)"
        );
        return keccak256(abi.encode(typehash, id, index, freelancerAmount, reasoning, deadline));
    }

    function settle(
        bytes32 id,
        uint256 index,
        uint128 freelancerAmount,
        uint128 clientAmount,
        uint256 deadline
    ) internal pure returns (bytes32) {
        bytes32 typehash = keccak256(
            "Settle(bytes32 agreement,uint256 milestone,uint128 freelancerAmount,uint128 clientAmount,uint256 deadline)"
        );
        return keccak256(abi.encode(typehash, id, index, freelancerAmount, clientAmount, deadline));
    }

    function refund(bytes32 id, uint256 index, uint128 amount, uint256 deadline) internal pure returns (bytes32) {
        bytes32 typehash = keccak256("Refund(bytes32 agreement,uint256 milestone,uint128 amount,uint256 deadline)");
        return keccak256(abi.encode(typehash, id, index, amount, deadline));
    }
}
