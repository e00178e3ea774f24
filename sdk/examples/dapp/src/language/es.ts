/**
 * Spanish of Latin America, to a reader who is "tú". One word for one thing:
 * agreement acuerdo · its sentences trato · milestone hito · submission entrega · evidence pruebas · party parte
 * escrow custodia · fund financiar · period plazo · amount monto · share of the money reparto · fee comisión · gas tarifa de red
 * approve (client) aprobar · pass (verifier) dar el visto bueno · fail rechazar · request changes pedir cambios
 * dispute disputa · ruling fallo, which is "dictado": "falló" would also say that somebody failed · refund devolver · collect cobrar
 * to be silent no responder, of arbiters and verifiers no pronunciarse · put on the chain registrar · wallet billetera
 *
 * Who stands behind a name can be a woman, a man or a company: sentences with a name in them have no word that would tell.
 * Times can end in "p. m.": no sentence ends with one.
 */
import type { Words } from "./index.tsx";
import { amountOf } from "./tools.ts";

const units = (amount: string) => `${amount} unidades base`;

const deal: Words["deal"] = {
  "unknown-scope": ({ details }) =>
    `En este dispositivo no se sabe qué hay que hacer, solo se conoce su hash (${details}). Pídele a la otra parte el enlace o el archivo del acuerdo.`,
  about: ({ title }) => `Este acuerdo trata de “${title}”.`,
  detail: ({ description }) => `En detalle: “${description}”.`,
  payment: ({ client, freelancer }, { accountOf }) =>
    `El cliente, ${accountOf(client)}, le paga al freelancer, ${accountOf(freelancer)}.`,
  arbiter: ({ arbiter }, { accountOf }) =>
    `El árbitro, ${accountOf(arbiter)}, decide las disputas. Su palabra es definitiva y puede darle la razón a cualquiera de las dos partes.`,
  "registered-token": ({ token, currency }) => `Todo se paga en ${currency.symbol}, el token de la dirección ${token}.`,
  "claimed-token": ({ token, currency }) =>
    `Todo se paga en el token de la dirección ${token}, que el acuerdo llama “${currency.symbol}”, con ${currency.decimals === 1 ? "1 decimal" : `${currency.decimals} decimales`}.`,
  "unknown-token": ({ token }) => `Todo se paga en el token de la dirección ${token}, en sus unidades base.`,
  milestone: (clause, tools) =>
    `El hito ${clause.index + 1}, “${clause.title}”, paga ${amountOf(clause, tools, units)} por el trabajo que se entregue en un plazo de ${tools.format.duration(clause.workPeriod)} desde su financiamiento.`,
  "untitled-milestone": (clause, tools) =>
    `El hito ${clause.index + 1} paga ${amountOf(clause, tools, units)} por el trabajo que se entregue en un plazo de ${tools.format.duration(clause.workPeriod)} desde su financiamiento.`,
  "milestone-detail": ({ index, description }) => `El hito ${index + 1} en detalle: “${description}”.`,
  requirements: ({ index, requirements }, { format }) =>
    `El hito ${index + 1} se juzga según esto: ${format.list(requirements.map((one) => `“${one}”`))}.`,
  check: ({ index, check }) => `El hito ${index + 1} tiene que pasar este control del verificador: “${check}”.`,
  total: (clause, tools) => `Los ${clause.count} hitos juntos pagan ${amountOf(clause, tools, units)}.`,
  funding: ({ fundBy }, { format }) =>
    `Los hitos se pueden financiar hasta el ${format.time(fundBy)}, uno por uno o varios a la vez. Al financiar un hito, su plazo de trabajo empieza de inmediato, y mientras no termine, el cliente recupera el dinero solo si el freelancer está de acuerdo.`,
  closing: () =>
    "Cualquiera de las dos partes puede cerrar en cualquier momento el financiamiento de más hitos. Lo que ya está financiado sigue según lo acordado.",
  gate: ({ gate }, { accountOf }) =>
    `Antes de cada financiamiento se consulta al contrato ${accountOf(gate)}, que puede rechazarlo.`,
  "silent-freelancer": () => "Si el freelancer no entrega nada a tiempo, el dinero del hito se le devuelve al cliente.",
  review: ({ reviewPeriod }, { format }) =>
    `Después de una entrega, el cliente tiene ${format.duration(reviewPeriod)} para aprobarla, pedir cambios o abrir una disputa. Si el cliente no responde, al freelancer se le paga el total.`,
  rework: ({ reworkPeriod }, { format }) =>
    `Después de un pedido de cambios, el freelancer tiene ${format.duration(reworkPeriod)} para volver a entregar o abrir una disputa. Si el freelancer no responde, el dinero se le devuelve al cliente.`,
  verifier: ({ verifier, challengePeriod, reviewPeriod }, { format, accountOf }) =>
    `El verificador, ${accountOf(verifier)}, puede darle el visto bueno a una entrega o rechazarla. Si le da el visto bueno, el cliente tiene como máximo ${format.duration(challengePeriod)} para objetar; después se le paga al freelancer. Si la rechaza, eso equivale a un pedido de cambios. Si el verificador no se pronuncia, vale el plazo del cliente, de ${format.duration(reviewPeriod)}.`,
  "verifier-pays-at-once": ({ verifier, reviewPeriod }, { format, accountOf }) =>
    `El verificador, ${accountOf(verifier)}, puede darle el visto bueno a una entrega o rechazarla. Si le da el visto bueno, al freelancer se le paga de inmediato y el cliente no puede objetar. Si la rechaza, eso equivale a un pedido de cambios. Si el verificador no se pronuncia, vale el plazo del cliente, de ${format.duration(reviewPeriod)}.`,
  arbitration: ({ arbitrationPeriod, defaultShareBps, clientShareBps }, { format }) =>
    `En una disputa, el árbitro tiene ${format.duration(arbitrationPeriod)} para repartir el dinero del hito. Si el árbitro no se pronuncia, el freelancer recibe el ${format.share(defaultShareBps)} y el cliente, el ${format.share(clientShareBps)}.`,
  "arbiter-fee": ({ arbiterFeeBps }, { format }) =>
    `Cuando el árbitro dicta un fallo, cobra primero el ${format.share(arbiterFeeBps)} del dinero del hito, gane quien gane; en los demás casos, nada.`,
  "no-arbiter-fee": () => "El árbitro no cobra ninguna comisión del hito.",
  "platform-fee": ({ feeRecipient, feeBps }, { format, accountOf }) =>
    `La plataforma, ${accountOf(feeRecipient)}, cobra el ${format.share(feeBps)} de todo lo que se le paga al freelancer, y nada de lo que se devuelve.`,
  "no-platform-fee": () => "No hay comisión de plataforma.",
  "payout-to": ({ payoutTo }, { accountOf }) => `El dinero del freelancer va a ${accountOf(payoutTo)}.`,
  "refund-to": ({ refundTo }, { accountOf }) => `El dinero que se le devuelve al cliente va a ${accountOf(refundTo)}.`,
  gifts: () =>
    "Mientras haya dinero en custodia, en cualquier momento el cliente puede aprobar, el freelancer puede devolverlo y ambos juntos pueden repartirlo.",
  unchangeable: () => "Nadie más puede cambiar nada de esto una vez que ambos lo hayan aceptado.",
};

/** Everything that the page says. */
export const es: Words = {
  language: "Idioma",
  network: "Red",
  skip: "Ir al contenido",
  loading: "Cargando…",
  close: "Cerrar",
  ready: "Listo",
  broken: "No se puede mostrar esta vista.",
  tryAgain: "Reintentar",
  working: "Un momento…",
  amount: "Monto",
  transaction: "Transacción",
  isYou: (name) => `${name} (tú)`,
  chooseFor: (label) => `${label}: elegir`,
  other: "Otro…",
  framed: {
    why: "Esta página se muestra dentro de otra, que podría hacerte pulsar lo que no ves. Solo funciona por sí sola.",
    open: "Abrirla por separado",
  },
  footer:
    "Detrás de esta página no hay ningún servidor: lo que ves viene de la cadena y de los archivos de este dispositivo.",
  nav: { title: "Principal", account: "Mis acuerdos", new: "Nuevo acuerdo", open: "Abrir enlace o archivo" },
  connect: "Elegir cuenta",
  connectFirst: "Primero elige una cuenta, arriba en la página.",
  whoAreYou: "¿Quién eres?",
  passTime: {
    label: "Adelantar el tiempo",
    none: "Adelantar el tiempo…",
    now: (date) => `Hoy es ${date}…`,
    day: "un día",
    week: "una semana",
    month: "treinta días",
  },
  disconnect: "Salir de esta cuenta",
  goOnAs: (name) => `Continuar como ${name}`,
  demoPeople:
    "Las personas de la demo. Sé una de ellas, y después otra: cada una tiene una cuenta en la cadena propia de esta computadora.",
  noWallet:
    "En este navegador no hay ninguna billetera. Instala una y vuelve a cargar esta página. Mientras tanto, puedes leer.",
  connecting: (network) => `Conectando con ${network}…`,
  cannotConnect: (network) => `No hay conexión con el contrato de custodia en ${network}.`,
  wrongNetwork: (network) => `Tu billetera está en otra red. Esta página funciona en ${network}.`,
  switchTo: (network) => `Cambiar a ${network}`,
  stale: (since) =>
    since === undefined
      ? "La red no responde. Tu dinero está en la cadena, a salvo; solo que ahora no se puede mostrar."
      : `La red no responde. Lo que ves es del ${since} y puede estar desactualizado.`,
  keeping: {
    notLasting:
      "Este navegador no guarda nada de esta página: lo que abras y hagas aquí se pierde cuando la cierres. Guárdalo en archivos.",
    unreadable: (count) =>
      count === 1
        ? "Un acuerdo guardado aquí ya no se puede leer. Vuelve a abrir su enlace o su archivo."
        : `${count} acuerdos guardados aquí ya no se pueden leer. Vuelve a abrir sus enlaces o sus archivos.`,
  },
  networkFee: (fee, gas) => `Tarifa de red: alrededor de ${fee} (${gas} de gas), que se le paga a la red.`,
  pending: "Confírmalo en tu billetera. Todavía no se envió nada.",
  pendingInDemo: "Enviando…",
  sent: "Enviado; falta que entre en un bloque. Puedes cerrar esta ventana: sigue por sí solo.",
  stillSending:
    "Algo de esta página espera en tu billetera o está en camino a un bloque. Si es esto mismo, no lo envíes dos veces.",
  milestoneNumber: (number) => `Hito ${number}`,
  amountTo: (amount, name) => `${amount} para ${name}`,
  amountToAt: (amount, name, place) => `${amount} para ${name}, en la cuenta ${place}`,
  baseUnits: (token) => `unidades base de ${token}`,
  role: {
    client: "Cliente",
    freelancer: "Freelancer",
    arbiter: "Árbitro",
    verifier: "Verificador",
    platform: "Plataforma",
  },
  welcome: {
    title: "El trabajo se paga por partes",
    text: "El cliente pone en custodia el dinero del próximo hito, el freelancer entrega y el dinero se mueve. Si no se ponen de acuerdo, un árbitro que ambos eligieron reparte solo esa parte. Nadie más puede tocar el dinero.",
    steps: [
      "Escribe el acuerdo y envíalo como enlace.",
      "El freelancer lo lee, lo firma y lo envía de vuelta.",
      "El cliente financia un hito. El freelancer entrega el trabajo. El cliente lo aprueba y queda pagado.",
    ],
  },
  status: {
    None: "Sin financiar",
    Funded: "En curso",
    Submitted: "Entregado",
    ChangesRequested: "Cambios pedidos",
    Disputed: "En disputa",
    Released: "Pagado",
    Refunded: "Devuelto",
    Resolved: "Repartido",
  },
  outcome: {
    Approved: "El cliente lo aprobó.",
    Attested: "El verificador le dio el visto bueno.",
    ReviewExpired: "El cliente no respondió a tiempo.",
    Refunded: "El freelancer devolvió el dinero.",
    WorkExpired: "No se entregó nada a tiempo.",
    ReworkExpired: "Los cambios no llegaron a tiempo.",
    Ruled: "El árbitro dictó su fallo.",
    ArbitrationExpired: "El árbitro no dictó su fallo a tiempo.",
    Settled: "Ambos acordaron repartirlo.",
  },
  turn: {
    None: (work) => `El trabajo empieza cuando el hito se financia y dura ${work} como máximo.`,
    closed: "Ya no se va a financiar.",
    Funded: (freelancer) => `Falta que ${freelancer} entregue el trabajo.`,
    Submitted: (client) => `Falta que ${client} responda.`,
    ChangesRequested: (freelancer) => `Falta que ${freelancer} entregue los cambios.`,
    Disputed: (arbiter) => `Falta que ${arbiter} dicte su fallo.`,
    held: (amount) => `${amount} en custodia.`,
    over: "El plazo venció.",
    otherwise: (left, time, payout) => `Dentro de ${left} (${time}), si nadie hace nada: ${payout}.`,
    due: (payout) => `Cualquiera puede finalizarlo ahora: ${payout}.`,
  },
  actions: {
    accept: {
      label: "Aceptar en la cadena",
      hint: "Deja constancia en la cadena de que estás de acuerdo.",
      sentence:
        "Registra tu consentimiento en la cadena. Cuesta una tarifa de red; firmar es gratis, si tu cuenta puede firmar.",
      done: "Aceptado.",
    },
    close: {
      label: "Cerrar el financiamiento",
      hint: "Después no se puede financiar ningún otro hito.",
      sentence:
        "Después de esto nadie podrá financiar otro hito. Lo que ya está financiado sigue según lo acordado. No se puede deshacer.",
      done: "Ya no se puede financiar nada más.",
    },
    fund: {
      label: "Financiar",
      hint: "Pone el dinero en custodia; empieza el trabajo.",
      hintForOthers: "Paga en lugar del cliente, con tu propio dinero.",
      sentence: "Pone el dinero en custodia, y el plazo de trabajo empieza de inmediato.",
      done: "Financiado. El trabajo empezó.",
    },
    submit: {
      label: "Entregar el trabajo",
      hint: "Entrega tu trabajo; empieza el plazo del cliente para responder.",
      sentence: (review) =>
        `Registra en la cadena la huella digital de tu trabajo. El cliente tiene entonces ${review} para responder; si no responde, se te paga.`,
      message: "Tu trabajo, o un mensaje con los archivos",
      done: "Entregado.",
    },
    approve: {
      label: "Aprobar y pagar",
      hint: "Acepta el trabajo y paga ahora este hito.",
      hintBefore: "Paga ahora este hito, sin esperar el trabajo.",
      sentence: (payout, submission) =>
        submission === 0
          ? `Paga de inmediato, aunque no se entregó nada: ${payout}. No se puede deshacer.`
          : `Acepta la entrega ${submission} y paga de inmediato: ${payout}. No se puede deshacer.`,
      done: "Aprobado y pagado.",
    },
    advance: {
      label: "Pagar una parte ahora",
      hint: "Le paga al freelancer una parte antes del final.",
      sentence: (held) => `Paga ahora una parte de los ${held} en custodia. El resto sigue ahí, y el plazo no cambia.`,
      wrong: (held) => `Escribe un monto menor que ${held}.`,
      done: "La parte está pagada.",
    },
    requestChanges: {
      label: "Pedir cambios",
      hint: "Lo devuelve con lo que falta.",
      sentence: (rework) =>
        `El freelancer tiene ${rework} para volver a entregar o llamar al árbitro; si no responde, se te devuelve el dinero.`,
      message: "Qué hay que cambiar",
      done: "Se le pidieron cambios al freelancer.",
    },
    attest: {
      label: "Verificar la entrega",
      hint: "Dice si el trabajo cumple sus requisitos.",
      sentence: (challenge) =>
        challenge === undefined
          ? "Con tu visto bueno, al freelancer se le paga de inmediato. Si rechazas la entrega, se le piden cambios."
          : `Con tu visto bueno, al freelancer se le paga después de ${challenge}, salvo que el cliente objete. Si rechazas la entrega, se le piden cambios.`,
      verdict: "¿El trabajo cumple sus requisitos?",
      passed: "Sí, le doy el visto bueno",
      failed: "No, lo rechazo",
      message: "Tu informe",
      done: "Verificación registrada.",
    },
    extend: {
      label: "Ampliar el plazo",
      hint: "Corre el plazo del freelancer.",
      sentence: (clock) => `El freelancer tiene ahora hasta el ${clock} para entregar.`,
      days: "Días que se suman",
      until: (time) => `Nuevo vencimiento: ${time}`,
      wrong: "Escribe días enteros, 1 o más.",
      done: "El freelancer tiene más tiempo.",
    },
    dispute: {
      label: "Abrir una disputa",
      hint: "Llama al árbitro, que reparte el dinero de este hito.",
      sentence: (period, fee, share) =>
        `El árbitro tiene ${period} para repartir el dinero de este hito, del que cobra ${fee} por su fallo. Si el árbitro no se pronuncia, el freelancer recibe el ${share}.`,
      message: "Qué está mal, para el árbitro",
      done: "Se llamó al árbitro.",
    },
    submitEvidence: {
      label: "Agregar pruebas",
      hint: "Le presenta más material al árbitro.",
      sentence: "Le presenta más material al árbitro. No cambian ni el plazo ni el dinero.",
      message: "Lo que el árbitro debe saber",
      done: "Las pruebas están en la cadena.",
    },
    rule: {
      label: "Dictar el fallo",
      hint: "Reparte el dinero, como árbitro.",
      sentence: (pot, fee) =>
        `Reparte ${pot} entre las dos partes, de inmediato, ya descontada tu comisión de ${fee}, que luego te espera aquí. No se puede deshacer.`,
      message: "Tus motivos",
      done: "Fallo dictado. Las partes ya tienen su dinero.",
      feeWaits: (fee) => `Tu comisión de ${fee} te espera aquí hasta que la cobres.`,
    },
    settle: {
      label: "Repartir de común acuerdo",
      hint: "Los dos firman cómo repartir el dinero; sin árbitro ni comisión.",
      together: "Aceptar y repartir",
      sign: "Firmar este reparto",
      other: "Proponer otro reparto",
      sentence: (held) =>
        `Tu firma dice cómo repartir los ${held} en custodia. Envíale el enlace a la otra parte: cuando acepte, el dinero se mueve. Vale 3 días y no cuesta nada.`,
      offer: (name, payout, deadline) =>
        `${name} ofrece repartirlo así: ${payout}. La oferta vale hasta el ${deadline}.`,
      proposed: (payout, deadline) =>
        `La otra parte firmó este reparto: ${payout}. La oferta vale hasta el ${deadline}; si la aceptas, el dinero se mueve de inmediato.`,
      signed: "Firmado. Ahora pásaselo a la otra parte.",
      done: "Repartido. El dinero se movió.",
    },
    refund: {
      label: "Devolver el dinero",
      hint: "Le devuelve al cliente el dinero, todo.",
      sentence: (payout) => `Con esto se renuncia al hito: ${payout}. No se puede deshacer.`,
      done: "El dinero volvió al cliente.",
    },
    finalize: {
      label: "Finalizar",
      hint: "Hace que ocurra lo acordado para cuando nadie responde.",
      sentence: (payout) =>
        `El plazo venció, así que se cumple lo acordado para cuando nadie responde: ${payout}. Cualquiera puede hacerlo.`,
      done: "Finalizado. El dinero se movió.",
    },
  },
  funding: {
    which: "Hitos por financiar",
    all: "Todos",
    due: (work) => `con entrega en ${work} como máximo`,
    total: (amount, count) =>
      count === 0 ? "Elige un hito." : `${amount} por ${count === 1 ? "un hito" : `${count} hitos`}.`,
    balance: (amount) => `Tienes ${amount}.`,
    short: (amount) => `El dinero de tu cuenta no alcanza: faltan ${amount}.`,
    pay: (amount) => `Financiar con ${amount}`,
    sent: "Enviado; falta que entre en un bloque. Si tu billetera pregunta una vez más, confírmalo también: primero va el permiso para tomar el monto y después el financiamiento.",
  },
  split: {
    label: "La parte del freelancer",
    amount: "El freelancer recibe",
    wrong: (whole) => `Escribe un monto de ${whole} como máximo.`,
  },
  waiting: {
    title: (amount) => `En la custodia tienes ${amount} por cobrar.`,
    collect: "Cobrar",
    sentence: (amount) => `Paga ${amount} a tu cuenta.`,
    done: "Cobrado.",
  },
  material: {
    matches: "Es exactamente lo que se registró en la cadena: su hash coincide.",
    missing:
      "No está en este dispositivo. Abre el archivo que te pasó la otra parte; se muestra solo si su hash coincide.",
    mismatch: "Esto no es lo que se registró en la cadena: su hash es otro. No se muestra. Pide el archivo original.",
    open: "Abrir un archivo",
    choose: "Elegir archivos",
    chosen: "Archivos elegidos",
    hashed:
      "A la cadena va solo su hash, una huella digital. El texto se queda en este dispositivo, y recibes un enlace para enviárselo a los demás.",
    handOver: "En la cadena está solo la huella digital. Pásales el contenido a los demás:",
    text: "Texto",
    bytes: (count) => `${count} bytes`,
    cut: "Este es el comienzo. Guárdalo para leerlo entero.",
    tooLarge:
      "Es más de lo que los demás podrían abrir aquí: el máximo son 64 MB en total. Entrega menos, o un texto que diga dónde está.",
    save: (name) => `Guardar ${name}`,
  },
  share: {
    link: "Enlace",
    copy: "Copiar el enlace",
    file: "Guardar como archivo",
    copied: "Copiado.",
    private: "El enlace lo contiene todo: ningún servidor lo ve. Quien lo tenga puede leerlo.",
    tooLong: "Es demasiado para un enlace: guárdalo como archivo y envía ese archivo.",
    agreement: "Compartir este acuerdo y lo que se entregó",
  },
  open: {
    title: "Abre lo que te enviaron",
    explanation: "Un acuerdo, una firma o un trabajo que te entregaron. Se comprueba antes de mostrar nada.",
    link: "Enlace",
    follow: "Abrir el enlace",
    file: "O suelta aquí un archivo",
    choose: "Elegir un archivo",
    refused: "Esto no se puede abrir.",
    otherChain: (network) => `Esto es para otra red: ${network}.`,
    noAccount: "Elige una cuenta para ver qué se te pide.",
    noRole: "No apareces en este acuerdo. ¿Tal vez estás aquí con otra cuenta?",
    role: {
      client: "Te piden que seas el cliente: que pagues este trabajo.",
      freelancer: "Te piden que seas el freelancer: que hagas este trabajo.",
      arbiter: "Apareces como árbitro.",
      verifier: "Apareces como verificador.",
      platform: "Apareces como plataforma.",
    },
    leftOut: {
      consent: "Venía con una firma que no es válida y que se descartó. Puede que quien lo envió haya cambiado algo.",
      split:
        "El reparto que venía no sirve y se descartó: lo que hay en custodia cambió desde entonces, es demasiado viejo o su firma no es válida. Pide uno nuevo.",
    },
    goOn: "Ir al acuerdo",
    keep: "Guardarlo en este dispositivo",
  },
  proposal: {
    title: "El acuerdo",
    invalid: "El contrato de custodia no aceptaría este acuerdo. No lo firmes.",
    consents: "Quién aceptó",
    consent: {
      chain: (name) => `${name}: aceptó en la cadena`,
      signature: (name) => `${name}: firmó`,
      funding: (name) => `${name}: acepta al financiar, no hace falta que firme`,
      none: (name) => `${name}: todavía no firmó`,
    },
    next: {
      sign: "Te toca: léelo y fírmalo al final.",
      fund: "Te toca: el freelancer firmó, y al final puedes financiar el primer hito.",
      toFreelancer: "Lo que sigue: envíaselo al freelancer. El enlace está al final.",
      toClient: "Lo que sigue: envíaselo de vuelta al cliente. El enlace está al final.",
    },
    toEnd: "Ir al final",
    others: "Qué más puedes hacer",
    whoAreYou: "Elige una cuenta para firmarlo o financiarlo.",
    notYours: "Solo el cliente y el freelancer pueden firmarlo o financiarlo.",
    sign: "Firmar el acuerdo",
    signing: "Tu firma dice que aceptas cada una de las frases de arriba. Es gratis y no mueve dinero.",
    signed: "Firmado. Ahora pásaselo al cliente.",
    fund: "Financiarlo",
    toFreelancer: "Pásaselo al freelancer",
    toClient: "Pásaselo al cliente",
    awaitFreelancer: "Envíale este enlace al freelancer. Cuando vuelva firmado, podrás financiar el primer hito.",
    bothReady: "El freelancer firmó. Cuando quieras, financia el primer hito.",
    sendBack: "Envíale este enlace al cliente, que entonces podrá financiar el primer hito.",
    unsigned: "Enviarlo sin tu firma",
    signFirst: "El cliente podrá leerlo, pero no financiarlo.",
    change: "Cambiarlo",
  },
  agreement: {
    untitled: "Acuerdo sin su texto",
    unknown: "Nadie abrió este acuerdo en esta cadena, y no está en este dispositivo.",
    noId: "Esta no es la dirección de un acuerdo.",
    noScope: "En este dispositivo no está lo que hay que hacer. Para verlo, abre el enlace o el archivo del acuerdo.",
    between: (client, freelancer, arbiter) => `${client} le paga a ${freelancer}. Árbitro: ${arbiter}.`,
    deal: "Todo el trato en frases sencillas",
    warnings: "Piensa en esto:",
    milestones: "Hitos",
    closed: "Una de las partes cerró el financiamiento: no se puede financiar ningún otro hito.",
    compare: "Comparar con otro acuerdo entre los dos",
    compareWith: "Comparar con",
    compareWithNone: "nada",
    differences: "Qué es diferente",
    noDifferences: "Dice exactamente lo mismo.",
    removed: "Antes:",
    added: "Ahora:",
  },
  progress: {
    title: "Avance",
    summary: (ended, count, total) => `Hitos terminados: ${ended} de ${count}. En total, ${total}.`,
    paid: "Ganado por el freelancer",
    fees: "Comisiones",
    held: "En custodia",
    refunded: "Devuelto al cliente",
    open: "Sin financiar",
  },
  handed: {
    title: (count) => (count === 1 ? "Lo que se presentó" : `Lo que se presentó (${count})`),
    submission: (number) => `Entrega ${number}`,
    changes: (number) => `Cambios pedidos después de la entrega ${number}`,
    report: (number, passed) => `Informe sobre la entrega ${number}: ${passed ? "visto bueno" : "rechazo"}`,
    evidence: (name) => `Pruebas de ${name}`,
    reasoning: (name) => `Motivos de ${name}`,
    side: (name) => `Material de ${name}`,
  },
  timeline: { title: "Qué pasó", final: "definitivo", confirmed: "confirmado, todavía no definitivo" },
  events: {
    AgreementOpened: "El acuerdo se registró en la cadena.",
    AgreementAccepted: (name) => `${name} aceptó el acuerdo.`,
    AgreementClosed: (name) => `${name} cerró el financiamiento de más hitos.`,
    MilestoneFunded: (name, title, amount) => `«${title}»: ${name} lo financió con ${amount}.`,
    MilestoneSubmitted: (name, title, submission) => `«${title}»: ${name} entregó el trabajo (entrega ${submission}).`,
    ChangesRequested: (name, title) => `«${title}»: ${name} pidió cambios.`,
    MilestoneAttested: (name, title, passed) =>
      `«${title}»: ${name} ${passed ? "le dio el visto bueno a la entrega" : "rechazó la entrega"}.`,
    MilestoneAdvanced: (name, title, amount) => `«${title}»: ${name} pagó ${amount} por adelantado.`,
    MilestoneExtended: (name, title, time) => `«${title}»: ahora vence el ${time}; ${name} amplió el plazo.`,
    MilestoneDisputed: (name, title) => `«${title}»: ${name} llamó al árbitro.`,
    EvidenceSubmitted: (name, title) => `«${title}»: ${name} agregó pruebas.`,
    MilestoneConcluded: (title, outcome, payout) => `«${title}» terminó. ${outcome} ${payout}.`,
    PaymentDeferred: (name, amount) =>
      `El token rechazó el pago de ${amount} a ${name}; el monto espera en la custodia.`,
    Withdrawn: (name, amount) => `${name} cobró ${amount}.`,
  },
  account: {
    title: "Mis acuerdos",
    loading: "Leyendo tus acuerdos en la cadena…",
    needs: "Qué te toca ahora",
    nothingNeeded: "Nada. Aquí verás cuando te toque algo.",
    need: {
      answer: "Responder a una entrega",
      submit: "Entregar el trabajo",
      rework: "Entregar los cambios",
      rule: "Dictar el fallo de una disputa",
      attest: "Verificar una entrega",
      finalize: "Finalizar: el plazo venció y el dinero es tuyo",
    },
    sign: "Leer y firmar un acuerdo",
    fund: "Financiar un acuerdo que está firmado",
    left: (time) => `vence en ${time}`,
    money: "Dinero",
    statement: "Guardar el estado de cuenta (CSV)",
    empty: "Todavía no hay acuerdos. Escribe uno o abre un enlace que te hayan enviado.",
    as: {
      client: "Como cliente",
      freelancer: "Como freelancer",
      arbiter: "Como árbitro",
      verifier: "Como verificador",
      platform: "Como plataforma",
    },
    between: (client, freelancer) => `${client} le paga a ${freelancer}`,
    proposals: "Todavía sin financiar",
    changed: (time) => `cambiado el ${time}`,
    unasked: "Sin que lo pidieras",
    unaskedWhy:
      "Alguien te nombró en estos acuerdos; tú nunca aceptaste. Cualquiera puede hacer eso: no creas nada de lo que dicen.",
  },
  chart: {
    title: (symbol) => `En custodia, ganado y aportado a lo largo del tiempo, en ${symbol}`,
    empty: "Todavía no se movió nada.",
    held: "En custodia",
    earned: "Ganado",
    paid: "Aportado",
    time: "Fecha y hora",
    table: "Lo mismo en una tabla",
  },
  draft: {
    title: "Nuevo acuerdo",
    newVersion: "Otra versión",
    templates: "Empieza con un ejemplo",
    undo: "Volver a lo que tenía escrito",
    parties: "Quiénes y en qué se paga",
    youAre: "Tú eres",
    neither: "ninguno de los dos",
    work: "Qué hay que hacer y cuánto paga",
    silence: "Qué pasa si alguien no responde",
    fees: "Comisiones y quién más participa",
    others: "Una plataforma o un verificador",
    deal: "El trato",
    incomplete: "Todo el trato aparece aquí en frases sencillas en cuanto el formulario está completo.",
    check: "¿Qué falta?",
    missing: "Esto falta o está mal:",
    finish: "Continuar: compartirlo",
    name: "De qué se trata",
    description: "En detalle (opcional)",
    milestone: "Título",
    milestoneDescription: "Qué hay que entregar (opcional)",
    days: "Plazo de trabajo",
    dayUnit: "días",
    add: "Agregar un hito",
    remove: "Quitar",
    removeNumber: (number) => `Quitar el hito ${number}`,
    token: "Token",
    noToken: "En esta cadena no hay ningún token en esa dirección.",
    review: "Plazo para que responda el cliente",
    rework: "Plazo para los cambios",
    arbitration: "Plazo para el árbitro",
    silentShare: "Si el árbitro no se pronuncia, el dinero de un hito en disputa va",
    silentShares: { "0": "al cliente", "50": "la mitad a cada uno", "100": "al freelancer" },
    chooseShare: "Elige una opción: para esto no hay un buen valor predeterminado.",
    fundBy: "Último día para financiar un hito",
    arbiterFee: "Comisión del árbitro",
    platformFee: "Comisión de la plataforma",
    challenge: "Plazo para que el cliente objete un visto bueno del verificador",
    about: {
      client: "Paga y aprueba el trabajo.",
      freelancer: "Hace el trabajo y lo cobra.",
      arbiter: "Decide si los dos no se ponen de acuerdo. Elige a alguien en quien ambos confíen.",
      token: "La moneda estable con la que se paga.",
      description: "Todo lo que una persona ajena necesitaría para juzgar el trabajo.",
      review: "Después de una entrega. Si el cliente no responde, se le paga al freelancer.",
      rework: "Después de un pedido de cambios. Si el freelancer no responde, el dinero se le devuelve al cliente.",
      arbitration: "Después de abrirse una disputa.",
      fundBy: "Después de este día no se puede financiar ningún hito.",
      arbiterFee: "De un hito sobre el que el árbitro dicta su fallo; en los demás casos, nada. 10% como máximo.",
      platform: "Cobra un porcentaje de lo que se le paga al freelancer. Si no hay, déjalo vacío.",
      verifier: "Revisa las entregas: les da el visto bueno o las rechaza. Si no hay, déjalo vacío.",
    },
  },
  templates: [
    {
      name: "Un blog, en cuatro pagos",
      title: "Veinte artículos sobre el pan",
      description:
        "Veinte artículos para el blog del molino, cada uno de 800 palabras o más, originales, con una fotografía, listos para publicar. Cinco artículos forman un hito.",
      milestones: [
        { title: "Artículos 1–5", description: "Harina y grano: cinco artículos.", amount: "250", work: "14" },
        { title: "Artículos 6–10", description: "Agua y tiempo: cinco artículos.", amount: "250", work: "14" },
        { title: "Artículos 11–15", description: "Masa madre: cinco artículos.", amount: "250", work: "14" },
        { title: "Artículos 16–20", description: "El horno: cinco artículos.", amount: "250", work: "14" },
      ],
      ...{ review: "7", rework: "7", arbitration: "14", arbiterFee: "3", silentShare: "50" },
    },
    {
      name: "Una app, un pago por fase",
      title: "Una app de reservas para mensajeros en bicicleta",
      description:
        "Una app web: los clientes reservan un envío, la central lo asigna y los mensajeros ven su jornada en el teléfono. Cada fase está terminada cuando lo está su lista.",
      milestones: [
        {
          title: "Diseño de la interfaz",
          description: "Seis pantallas con todos sus estados, y colores y tipografía como tokens de diseño.",
          amount: "1200",
          work: "28",
        },
        {
          title: "Backend",
          description: "Interfaz HTTP, esquema de la base de datos, inicio de sesión, facturas mensuales.",
          amount: "2400",
          work: "45",
        },
        {
          title: "Pruebas",
          description: "Un plan de doce casos, todos superados en dos teléfonos y una tableta.",
          amount: "900",
          work: "21",
        },
      ],
      ...{ review: "10", rework: "10", arbitration: "14", arbiterFee: "3", silentShare: "50" },
    },
    {
      name: "Una campaña, un pago por mes",
      title: "Seis meses de marketing para un taller de cerámica",
      description: "Cada mes: un plan, tres publicaciones por semana y un informe con las cifras.",
      milestones: [
        { title: "Primer mes", description: "Plan, publicaciones, informe.", amount: "800", work: "35" },
        { title: "Segundo mes", description: "Plan, publicaciones, informe.", amount: "800", work: "35" },
        { title: "Tercer mes", description: "Plan, publicaciones, informe.", amount: "800", work: "35" },
        { title: "Cuarto mes", description: "Plan, publicaciones, informe.", amount: "800", work: "35" },
        { title: "Quinto mes", description: "Plan, publicaciones, informe.", amount: "800", work: "35" },
        { title: "Sexto mes", description: "Plan, publicaciones, informe.", amount: "800", work: "35" },
      ],
      ...{ review: "5", rework: "5", arbitration: "14", arbiterFee: "3", silentShare: "50" },
    },
  ],
  parts: {
    who: "De qué se trata",
    work: "Hitos",
    funding: "Financiamiento",
    silence: "Respuestas, y qué pasa si alguien no responde",
    fees: "Comisiones, y adónde va el dinero",
    always: "Siempre",
  },
  deal,
  warnings: {
    "short-period":
      "Un plazo es de menos de tres días. Una interrupción del servicio o un fin de semana lo pueden agotar.",
    "verifier-pays-at-once":
      "La palabra del verificador le paga de inmediato al freelancer: el cliente no puede objetar.",
    "high-arbiter-fee": "El árbitro cobra más del 5% de un hito sobre el que dicta su fallo, gane quien gane.",
    "one-sided-silence":
      "Si el árbitro no dicta su fallo, una de las partes se lleva todo, así que gana si el árbitro no se pronuncia.",
    "arbiter-without-code":
      "El árbitro es una sola clave, y de él depende mucho dinero. Un panel o un tribunal es más seguro.",
    "funding-over": "Ya es tarde para financiar esto.",
    "unlimited-allowance":
      "El contrato de custodia puede tomar de tu cuenta cualquier cantidad de este token. Limita el permiso en tu billetera.",
    "unregistered-token": "El token no está entre los que se conocen aquí. Asegúrate de qué token es.",
    "wrong-currency": "El acuerdo muestra sus montos en otra moneda que la del token.",
    "no-scope": "Aquí no se sabe qué hay que hacer, solo se conoce su hash.",
    "false-token":
      "El token lleva el nombre de uno conocido, pero es otro. Quien lo creó puede crear todo el que quiera: no lo tomes por dinero.",
    "payout-elsewhere":
      "El dinero del freelancer va a una cuenta que no es la del freelancer. Asegúrate de quién es esa cuenta.",
    "refund-elsewhere":
      "Lo que se le devuelve al cliente va a una cuenta que no es la del cliente. Asegúrate de quién es esa cuenta.",
    gate: "Antes de cada financiamiento se consulta a un contrato, que puede rechazarlo. Asegúrate de qué contrato es.",
    "fee-to-party": "La comisión de la plataforma va a alguien que tiene otro papel en este acuerdo.",
    "long-period": "Un plazo es muy largo. Si alguien no responde, el dinero queda en custodia todo ese tiempo.",
    "look-alike":
      "Una de las cuentas se parece a otra que conoces o que aparece aquí, y no es la misma. Compara las direcciones carácter por carácter.",
    "hidden-characters": "Un texto tiene caracteres que no se ven o que invierten otro texto. Léelo con cuidado.",
  },
  problems: {
    InvalidAddress: "Esto no es una dirección. Empieza con 0x y tiene 42 caracteres; cópiala entera.",
    MissingParty: "Indica una cuenta.",
    PartiesNotDistinct: "Cliente, freelancer y árbitro tienen que ser tres cuentas distintas.",
    ForbiddenAccount: "Esta cuenta no puede participar: es un contrato de la custodia, o el token.",
    VerifierNotIndependent: "El verificador no puede ser ni el freelancer ni el árbitro.",
    InvalidAmount: "Escribe un monto como 1200 o 0,5: sin nada entre los miles y sin más decimales que los del token.",
    InvalidMilestone: "Escribe un número mayor que 0.",
    InvalidDuration: "Escribe días enteros.",
    ZeroPeriod: "Dale tiempo: al menos tres días.",
    InvalidShare: "Escribe un porcentaje como 3 o 2,5.",
    FeeTooHigh: "No puede ser más del 10%.",
    ArbiterFeeTooHigh: "No puede ser más del 10%.",
    DefaultShareTooHigh: "No puede ser más del 100%.",
    FeeWithoutRecipient: "Indica quién recibe la comisión.",
    InvalidTime: "Elige un día.",
    InvalidScope: "Escribe algo aquí; unas pocas páginas como máximo.",
    EmptySchedule: "Agrega un hito.",
  },
  reverted: (reason) => `La cadena no lo aceptó y da este motivo: “${reason}”.`,
  errors: {
    InvalidShareFile:
      "Está dañado o incompleto, o no es un enlace ni un archivo de esta página. Pide que te lo envíen otra vez.",
    InvalidAgreementFile:
      "No contiene ningún acuerdo que se pueda leer: está dañado, o alguien lo cambió. Pide que te lo envíen otra vez.",
    AgreementMismatch: "Alguien cambió este acuerdo: lo que dice y su hash no se corresponden. No confíes en él.",
    UserRejected: "Lo rechazaste en tu billetera. No se envió nada. Si quieres, vuelve a presionar el botón.",
    Rpc: "La red no responde como debe. Inténtalo de nuevo en un momento. Si estabas enviando algo, mira si llegó antes de enviarlo otra vez.",
    NoCode: "El contrato de custodia todavía no se desplegó en esta red.",
    WrongContract: "En la dirección del contrato de custodia hay otro contrato. No lo uses.",
    WrongDomain: "Lo que hay en la dirección del contrato de custodia acepta firmas para otra cosa. No lo uses.",
    WrongChain: "Tu billetera está en otra red.",
    InsufficientGasFunds:
      "Tu cuenta no puede pagar la tarifa de red. Envíale un poco de la moneda propia de la red. No se envió nada.",
    InsufficientBalance: "Tu cuenta no tiene suficientes tokens. No se envió nada.",
    InsufficientAllowance:
      "El contrato de custodia no tiene permiso para tomar el dinero de tu cuenta. No se envió nada.",
    CannotSign:
      "Esta cuenta no puede firmar para el contrato de custodia. Lo que se puede hacer en la cadena está en «Qué más puedes hacer».",
    NotAccepted: "El cliente o el freelancer todavía no aceptó. No se envió nada.",
    InvalidAgreement:
      "Este acuerdo no cumple una regla del contrato de custodia, o muestra sus montos de otro modo que su token. No lo firmes.",
    InvalidSignature: "Una firma no es válida para este acuerdo. Pide que te la envíen otra vez.",
    SignatureExpired: "La firma es demasiado antigua. Pide una nueva.",
    FundingClosed: "Una de las partes cerró el financiamiento de este acuerdo.",
    FundingExpired: "Ya es tarde para financiar este acuerdo.",
    WrongStatus: "Alguien se adelantó: esto ya no es posible. No se envió nada.",
    ClockRanOut: "Ya es tarde para esto: el plazo venció. No se envió nada.",
    ClockStillRunning: "Todavía es temprano para esto: el plazo no venció. No se envió nada.",
    ClockNotLater: "Eso no es más tarde que lo que ya está acordado. No se envió nada.",
    TooManySubmissions: "Ya hubo 255 entregas y no se admiten más. No se envió nada.",
    WrongSubmission: "Hay una entrega más nueva. Mírala primero. No se envió nada.",
    DeliverableMismatch: "Lo que se entregó no es lo que se te mostró. No se envió nada.",
    NotConfirmed:
      "La entrega todavía no está segura en la cadena. Espera unos minutos e inténtalo de nuevo. No se envió nada.",
    Unauthorized: "A tu cuenta no le corresponde decidir esto. No se envió nada.",
    NotMined: "Todavía no está en un bloque. Mira tu billetera antes de enviarlo otra vez.",
    TransactionReplaced: "Tu billetera puso otra transacción en su lugar.",
    TransactionReverted:
      "La cadena no lo aceptó; puede que otra transacción se haya adelantado. Mira cómo está todo e inténtalo de nuevo.",
    TokenRefused: "El token rechazó el pago.",
    SafeERC20FailedOperation: "El token rechazó el pago.",
    UnexpectedBalance: "El token entrega un monto distinto del que se le pidió; el contrato de custodia no lo acepta.",
    TokenWithoutCode: "En esta cadena no hay ningún token en esa dirección.",
    GateRefused: "El contrato que este acuerdo consulta antes de cada financiamiento lo rechazó.",
    UnknownAgreement: "Nadie abrió este acuerdo en esta cadena.",
    IncompleteHistory: "La red omitió una parte de la historia. Inténtalo de nuevo o usa otro punto de conexión.",
    AmountOutOfRange: "El monto es mayor que lo que hay para dar.",
    NotAParty: "Esto solo lo pueden hacer el cliente y el freelancer. No se envió nada.",
    InvalidDeliverable:
      "Estos archivos no se pueden entregar juntos: dos tienen el mismo nombre, o un nombre no es seguro.",
    StorageFailed:
      "Este navegador no pudo guardarlo todo: puede que ya no haya espacio. Guárdalo como archivo; después lo puedes volver a abrir.",
    ContentTooLarge: "Esto es demasiado grande para guardarlo o mostrarlo aquí.",
    TooManyFiles: "Son demasiados archivos.",
    Unexpected: "Pasó algo inesperado. Mira el estado antes de intentarlo de nuevo.",
  },
};
