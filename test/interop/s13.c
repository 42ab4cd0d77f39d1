/*
 * S13 for freeDiameter, which ships none. What it does stands in its configuration file:
 *
 *   client <edge> <realm> <checks> <window> <linger seconds>    and then one IMEI a line
 *   server
 *
 * The client asks about each IMEI in turn, `window` at once, and prints a line per IMEI, code and
 * Equipment-Status (-1: none): "<imei's line> <code> <status> <count>". Then it stays connected for
 * a while and leaves. The server answers every check with 2001 and WHITELISTED.
 */
#include <freeDiameter/extension.h>
#include <semaphore.h>

#define VENDOR_3GPP 10415
#define S13 16777252
#define ME_IDENTITY_CHECK 324
#define MAX_IMEIS 64
#define CODES 8

static struct dict_object *application, *request;
static struct dict_object *session_state, *vsai, *vendor_id, *auth_application, *user_name;
static struct dict_object *destination_realm, *result_code, *experimental, *experimental_code;
static struct dict_object *terminal_information, *imei, *software_version, *equipment_status;

static char edge[128], realm[128], imeis[MAX_IMEIS][20];
static int imei_count, checks, window, linger;
static sem_t room;
static pthread_t thread;

/* Every pair of code and status that came, for each IMEI. */
static struct { int code, status, count; } tallies[MAX_IMEIS][CODES];
static pthread_mutex_t tally_lock = PTHREAD_MUTEX_INITIALIZER;

static int find(uint32_t vendor, uint32_t code, struct dict_object **found)
{
	struct dict_avp_request by = { .avp_vendor = vendor, .avp_code = code };
	return fd_dict_search(fd_g_config->cnf_dict, DICT_AVP, AVP_BY_CODE_AND_VENDOR, &by, found, ENOENT);
}

static int define(void)
{
	struct dictionary *dictionary = fd_g_config->cnf_dict;
	struct dict_object *vendor, *answer;
	vendor_id_t id = VENDOR_3GPP;
	struct dict_application_data s13 = { S13, "S13" };
	struct dict_cmd_data ecr = { ME_IDENTITY_CHECK, "ME-Identity-Check-Request",
		CMD_FLAG_REQUEST | CMD_FLAG_PROXIABLE, CMD_FLAG_REQUEST | CMD_FLAG_PROXIABLE };
	struct dict_cmd_data eca = { ME_IDENTITY_CHECK, "ME-Identity-Check-Answer",
		CMD_FLAG_REQUEST | CMD_FLAG_PROXIABLE, CMD_FLAG_PROXIABLE };
	CHECK_FCT(fd_dict_search(dictionary, DICT_VENDOR, VENDOR_BY_ID, &id, &vendor, ENOENT));
	CHECK_FCT(fd_dict_new(dictionary, DICT_APPLICATION, &s13, vendor, &application));
	CHECK_FCT(fd_dict_new(dictionary, DICT_COMMAND, &ecr, application, &request));
	CHECK_FCT(fd_dict_new(dictionary, DICT_COMMAND, &eca, application, &answer));
	CHECK_FCT(find(0, 1, &user_name));
	CHECK_FCT(find(0, 258, &auth_application));
	CHECK_FCT(find(0, 260, &vsai));
	CHECK_FCT(find(0, 266, &vendor_id));
	CHECK_FCT(find(0, 268, &result_code));
	CHECK_FCT(find(0, 277, &session_state));
	CHECK_FCT(find(0, 283, &destination_realm));
	CHECK_FCT(find(0, 297, &experimental));
	CHECK_FCT(find(0, 298, &experimental_code));
	CHECK_FCT(find(VENDOR_3GPP, 1401, &terminal_information));
	CHECK_FCT(find(VENDOR_3GPP, 1402, &imei));
	CHECK_FCT(find(VENDOR_3GPP, 1403, &software_version));
	CHECK_FCT(find(VENDOR_3GPP, 1445, &equipment_status));
	return fd_disp_app_support(application, vendor, 1, 0);
}

static struct avp *add(msg_or_avp *parent, struct dict_object *model, union avp_value *value)
{
	struct avp *avp;
	CHECK_FCT_DO(fd_msg_avp_new(model, 0, &avp), abort());
	if (value) CHECK_FCT_DO(fd_msg_avp_setvalue(avp, value), abort());
	CHECK_FCT_DO(fd_msg_avp_add(parent, MSG_BRW_LAST_CHILD, avp), abort());
	return avp;
}

static void add_number(msg_or_avp *parent, struct dict_object *model, uint32_t number)
{
	union avp_value value = { .u32 = number };
	add(parent, model, &value);
}

static void add_text(msg_or_avp *parent, struct dict_object *model, const char *text)
{
	union avp_value value = { .os = { .data = (uint8_t *)text, .len = strlen(text) } };
	add(parent, model, &value);
}

static int number_of(struct msg *message, struct dict_object *model, int otherwise)
{
	struct avp *avp;
	struct avp_hdr *header;
	if (fd_msg_search_avp(message, model, &avp) || !avp) return otherwise;
	if (fd_msg_avp_hdr(avp, &header) || !header->avp_value) return otherwise;
	return header->avp_value->u32;
}

static int experimental_of(struct msg *message)
{
	struct avp *group, *avp;
	struct avp_hdr *header;
	if (fd_msg_search_avp(message, experimental, &group) || !group) return -1;
	for (fd_msg_browse(group, MSG_BRW_FIRST_CHILD, &avp, NULL); avp; fd_msg_browse(avp, MSG_BRW_NEXT, &avp, NULL))
		if (!fd_msg_avp_hdr(avp, &header) && header->avp_code == 298) return header->avp_value->u32;
	return -1;
}

static void answered(void *data, struct msg **message)
{
	int i = 0, which = (int)(intptr_t)data;
	int code = number_of(*message, result_code, -1), status = number_of(*message, equipment_status, -1);
	if (code < 0) code = experimental_of(*message);
	pthread_mutex_lock(&tally_lock);
	while (i < CODES - 1 && tallies[which][i].count &&
	       (tallies[which][i].code != code || tallies[which][i].status != status)) i++;
	tallies[which][i].code = code;
	tallies[which][i].status = status;
	tallies[which][i].count++;
	pthread_mutex_unlock(&tally_lock);
	fd_msg_free(*message);
	*message = NULL;
	sem_post(&room);
}

static void ask(int which)
{
	struct msg *message;
	struct avp *group;
	CHECK_FCT_DO(fd_msg_new(request, MSGFL_ALLOC_ETEID, &message), abort());
	CHECK_FCT_DO(fd_msg_new_session(message, (os0_t) "s13", 3), abort());
	group = add(message, vsai, NULL);
	add_number(group, vendor_id, VENDOR_3GPP);
	add_number(group, auth_application, S13);
	add_number(message, session_state, 1);
	CHECK_FCT_DO(fd_msg_add_origin(message, 0), abort());
	add_text(message, destination_realm, realm);
	group = add(message, terminal_information, NULL);
	add_text(group, imei, imeis[which]);
	add_text(group, software_version, "01");
	add_text(message, user_name, "001010000000001");
	CHECK_FCT_DO(fd_msg_send(&message, answered, (void *)(intptr_t)which), abort());
}

static void *run_client(void *unused)
{
	struct peer_hdr *peer = NULL;
	struct timespec until;
	while (fd_peer_getbyid(edge, strlen(edge), 1, &peer) || !peer || fd_peer_get_state(peer) != STATE_OPEN)
		usleep(20000);
	for (int i = 0; i < checks; i++) {
		sem_wait(&room);
		ask(i % imei_count);
	}
	/* What is not answered by then is lost, and shows in the counts. */
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += 20;
	for (int i = 0; i < window; i++) sem_timedwait(&room, &until);
	pthread_mutex_lock(&tally_lock);
	for (int which = 0; which < imei_count; which++)
		for (int i = 0; i < CODES && tallies[which][i].count; i++)
			printf("%d %d %d %d\n", which, tallies[which][i].code, tallies[which][i].status,
			       tallies[which][i].count);
	printf("end\n");
	fflush(stdout);
	pthread_mutex_unlock(&tally_lock);
	sleep(linger);
	fd_core_shutdown();
	return NULL;
}

static int serve(struct msg **message, struct avp *avp, struct session *session, void *data, enum disp_action *action)
{
	CHECK_FCT(fd_msg_new_answer_from_req(fd_g_config->cnf_dict, message, 0));
	CHECK_FCT(fd_msg_rescode_set(*message, "DIAMETER_SUCCESS", NULL, NULL, 1));
	add_number(*message, equipment_status, 0);
	return fd_msg_send(message, NULL, NULL);
}

static int entry(char *path)
{
	char role[16];
	struct disp_when when = { 0 };
	FILE *file = fopen(path, "r");
	if (!file || fscanf(file, "%15s", role) != 1) return EINVAL;
	CHECK_FCT(define());
	if (!strcmp(role, "server")) {
		fclose(file);
		when.app = application;
		when.command = request;
		return fd_disp_register(serve, DISP_HOW_CC, &when, NULL, NULL);
	}
	if (fscanf(file, "%127s %127s %d %d %d", edge, realm, &checks, &window, &linger) != 5) return EINVAL;
	while (imei_count < MAX_IMEIS && fscanf(file, "%19s", imeis[imei_count]) == 1) imei_count++;
	fclose(file);
	sem_init(&room, 0, window);
	return imei_count ? pthread_create(&thread, NULL, run_client, NULL) : EINVAL;
}

void fd_ext_fini(void) {}

EXTENSION_ENTRY("s13", entry, "dict_dcca_3gpp");
